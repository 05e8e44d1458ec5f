//! Who we are, and the ways to a token: registration, refreshing, 2025-03-26, and those without a person.

use super::*;

#[test]
fn a_client_is_given_before_it_is_a_document_before_it_is_registered() {
    let documents = server(AS, r#","client_id_metadata_document_supported":true"#);
    let mut world = World::new();
    world.at(
        "GET https://as.example/.well-known/oauth-authorization-server",
        200,
        &documents,
    );
    world.settings.client_metadata_url = Url::parse("https://me.example/client.json").ok();
    let told = world.login();
    assert_eq!(
        told.asked("client_id").as_deref(),
        Some("https://me.example/client.json")
    );
    assert!(!told.places().contains(&"POST https://as.example/register"));
    world.settings.client_id = Some("mine".into());
    assert_eq!(world.login().asked("client_id").as_deref(), Some("mine"));
    // One that takes no documents registers.
    let mut world = World::new();
    world.settings.client_metadata_url = Url::parse("https://me.example/client.json").ok();
    assert_eq!(world.login().asked("client_id").as_deref(), Some("me"));
}

#[test]
fn a_registration_says_what_2026_07_28_wants() {
    let told = World::new().login();
    let register = told
        .requests
        .iter()
        .find(|one| one.contains("/register"))
        .unwrap();
    assert_eq!(
        register,
        &format!(
            r#"POST https://as.example/register {{"client_name":"mcpscope","application_type":"native","redirect_uris":["{REDIRECT}"],"grant_types":["authorization_code","refresh_token"],"response_types":["code"],"token_endpoint_auth_method":"none"}}"#
        )
    );
    let client = registered("me", 4711);
    assert_eq!(told.clients, [(AS.to_owned(), Some(client))]);
}

#[test]
fn a_registered_client_is_used_again_at_its_own_port() {
    let mut world = World::new();
    world.keys.put_client(AS, registered("kept", 5151));
    let told = world.login();
    assert_eq!(told.asked("client_id").as_deref(), Some("kept"));
    assert_eq!(
        told.asked("redirect_uri").as_deref(),
        Some("http://127.0.0.1:5151/callback")
    );
    assert!(!told.places().contains(&"POST https://as.example/register"));
    // Another port is another redirect, which nobody registered.
    world.settings.callback_port = Some(6000);
    let told = world.login();
    assert_eq!(told.asked("client_id").as_deref(), Some("me"));
    assert_eq!(
        told.asked("redirect_uri").as_deref(),
        Some("http://127.0.0.1:6000/callback")
    );
}

#[test]
fn who_we_are_is_proved_as_the_server_wants_it() {
    for (listed, answered, basic, post) in [
        ("none", "none", false, false),
        ("client_secret_basic", "client_secret_basic", true, false),
        ("client_secret_post", "client_secret_post", false, true),
    ] {
        let mut world = World::new();
        let methods = format!(r#","token_endpoint_auth_methods_supported":["{listed}"]"#);
        world.at(
            "GET https://as.example/.well-known/oauth-authorization-server",
            200,
            &server(AS, &methods),
        );
        let client = format!(
            r#"{{"client_id":"m e","client_secret":"S3CRET+","token_endpoint_auth_method":"{answered}"}}"#
        );
        world.at("POST https://as.example/register", 201, &client);
        let told = world.login();
        let register = told
            .requests
            .iter()
            .find(|one| one.contains("/register"))
            .unwrap();
        assert!(
            register.contains(&format!(r#""token_endpoint_auth_method":"{listed}""#)),
            "{register}"
        );
        let token = told.requests.last().unwrap();
        // "m+e:S3CRET%2B" in base64.
        assert_eq!(
            token.contains("[Basic bStlOlMzQ1JFVCUyQg==]"),
            basic,
            "{token}"
        );
        assert_eq!(told.sent("client_secret").is_some(), post, "{token}");
        assert_eq!(told.sent("client_id").is_some(), !basic, "{token}");
    }
}

#[test]
fn a_token_is_refreshed_without_a_person() {
    let mut world = World::new();
    world.settings.person = Person::Nobody;
    world.keys.put_tokens(old(AS, "me"));
    world.keys.put_client(AS, registered("me", 4711));
    world.at(
        "POST https://as.example/token",
        200,
        r#"{"access_token":"T0KEN","token_type":"Bearer"}"#,
    );
    let told = world.login();
    assert_eq!(told.sent("grant_type").as_deref(), Some("refresh_token"));
    assert_eq!(told.sent("refresh_token").as_deref(), Some("0LDR"));
    assert_eq!(told.sent("resource").as_deref(), Some(MCP));
    assert_eq!(told.sent("scope"), None);
    let tokens = told.tokens.unwrap();
    // The old one goes on being good where no new one is given; what is not said to expire does not.
    assert_eq!(
        (tokens.refresh.unwrap().reveal(), tokens.expires),
        ("0LDR", None)
    );
    assert_eq!(tokens.requested.as_deref(), Some("read"));
}

#[test]
fn a_refresh_that_is_refused_ends_in_a_login() {
    let mut world = World::new();
    world.keys.put_tokens(old(AS, "me"));
    world.keys.put_client(AS, registered("me", 4711));
    world.at(
        "POST https://as.example/token",
        400,
        r#"{"error":"invalid_grant"}"#,
    );
    let told = world.login();
    assert!(told.visited.is_some());
    assert!(
        told.lines
            .iter()
            .any(|line| line.contains("refresh: POST") && line.contains("invalid_grant"))
    );
    // One that was of no use just now is not tried again.
    world.refreshes = false;
    let told = world.login();
    assert_eq!(
        told.places()
            .iter()
            .filter(|place| place.ends_with("/token"))
            .count(),
        1
    );
    assert_eq!(
        told.sent("grant_type").as_deref(),
        Some("authorization_code")
    );
}

#[test]
fn offline_access_is_asked_for_only_where_it_is_listed() {
    let mut world = World::new();
    world.challenge = Some(r#"Bearer scope="a", resource_metadata="https://mcp.example/prm""#);
    assert_eq!(world.login().asked("scope").as_deref(), Some("a"));
    let place = "GET https://as.example/.well-known/oauth-authorization-server";
    let scopes = r#","scopes_supported":["a","offline_access"]"#;
    world.at(place, 200, &server(AS, scopes));
    assert_eq!(
        world.login().asked("scope").as_deref(),
        Some("a offline_access")
    );
    let grants = format!(r#"{scopes},"grant_types_supported":["authorization_code"]"#);
    world.at(place, 200, &server(AS, &grants));
    assert_eq!(world.login().asked("scope").as_deref(), Some("a"));
}

#[test]
fn a_2025_03_26_server_is_its_own_authorization_server() {
    let mcp = "https://mcp.example";
    let mut world = World::new();
    world.challenge = None;
    world.places.clear();
    world
        .at(
            "GET https://mcp.example/.well-known/oauth-authorization-server",
            200,
            &server(mcp, ""),
        )
        .at(
            "POST https://mcp.example/register",
            201,
            r#"{"client_id":"me"}"#,
        )
        .at("POST https://mcp.example/token", 200, TOKEN);
    let told = world.login();
    assert_eq!(told.tokens.as_ref().unwrap().issuer, mcp);
    // It knows no resources.
    assert_eq!(
        (told.asked("resource"), told.sent("resource")),
        (None, None)
    );
    assert_eq!(told.asked("code_challenge_method").as_deref(), Some("S256"));
    world.without("GET https://mcp.example/.well-known/oauth-authorization-server");
    let told = world.login();
    assert_eq!(told.visited.as_ref().unwrap().path(), "/authorize");
    assert_eq!(
        told.places().last(),
        Some(&"POST https://mcp.example/token")
    );
    assert!(told.tokens.is_some());
}

#[test]
fn a_client_asks_for_itself() {
    let mut world = World::new();
    world.settings = Settings {
        client_id: Some("svc".into()),
        client_secret: Some(Secret::new("S3CRET")),
        grant: Grant::ClientCredentials,
        scope: Some("a".into()),
        ..Settings::default()
    };
    let told = world.login();
    assert_eq!(told.visited, None);
    for (name, value) in [
        ("grant_type", "client_credentials"),
        ("scope", "a"),
        ("resource", MCP),
    ] {
        assert_eq!(told.sent(name).as_deref(), Some(value));
    }
    assert!(
        told.requests
            .last()
            .unwrap()
            .ends_with("[Basic c3ZjOlMzQ1JFVA==]")
    );
    assert!(told.tokens.is_some());
    world.settings.client_id = None;
    assert!(world.login().why().contains("needs an id"));
    world.settings.client_id = Some("svc".into());
    world.settings.key = Some(Key {
        pem: Secret::new("none"),
        algorithm: None,
        id: None,
    });
    assert!(world.login().why().contains("PKCS#8"));
}

#[test]
fn an_identity_provider_vouches() {
    let mut world = World::new();
    world.settings = Settings {
        client_id: Some("svc".into()),
        grant: Grant::Enterprise(Box::new(Provider {
            token_endpoint: Url::parse("https://idp.example/token").unwrap(),
            client_id: "idp-client".into(),
            client_secret: None,
            id_token: Secret::new("S3CRET"),
        })),
        ..Settings::default()
    };
    world.at(
        "POST https://idp.example/token",
        200,
        r#"{"access_token":"C0DE","issued_token_type":"x","token_type":"N_A"}"#,
    );
    let told = world.login();
    let exchange = &told.requests[told.requests.len() - 2];
    for part in [
        "id-jag",
        "audience=https%3A%2F%2Fas.example&",
        "subject_token=S3CRET",
        "token-type%3Aid_token",
        "client_id=idp-client",
        "resource=https%3A%2F%2Fmcp.example%2Fpublic%2Fmcp",
    ] {
        assert!(exchange.contains(part), "{part}: {exchange}");
    }
    assert_eq!(told.sent("assertion").as_deref(), Some("C0DE"));
    assert_eq!(
        told.sent("grant_type").as_deref(),
        Some("urn:ietf:params:oauth:grant-type:jwt-bearer")
    );
    assert!(told.tokens.is_some());
    world.at(
        "POST https://idp.example/token",
        400,
        r#"{"error":"access_denied"}"#,
    );
    assert!(world.login().why().contains("access_denied"));
}

#[test]
fn a_statement_of_somebody_trusted_is_enough() {
    let mut world = World::new();
    world.settings = Settings {
        grant: Grant::Assertion(Secret::new("S3CRET")),
        ..Settings::default()
    };
    let told = world.login();
    assert_eq!(told.sent("assertion").as_deref(), Some("S3CRET"));
    assert!(told.tokens.is_some());
}

#[test]
fn a_nonce_that_is_asked_for_is_given_once() {
    let mut world = World::new();
    world.bound = true;
    world.at(
        "POST https://as.example/token",
        400,
        r#"{"error":"use_dpop_nonce"}"#,
    );
    let told = world.login();
    assert_eq!(
        told.places()
            .iter()
            .filter(|place| place.ends_with("/token"))
            .count(),
        2
    );
    assert!(told.why().contains("use_dpop_nonce"));
}
