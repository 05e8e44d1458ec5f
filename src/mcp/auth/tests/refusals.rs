//! What ends a login before it has begun: each with a reason that says what to do.

use super::*;

/// A login that must stop before anybody is asked anything.
fn stops(world: &World) -> String {
    let told = world.login();
    assert_eq!(told.visited, None);
    assert!(
        !told.places().iter().any(|place| place.starts_with("POST")),
        "{:?}",
        told.places()
    );
    told.why().to_owned()
}

#[test]
fn metadata_of_another_server_stop_it() {
    for other in [
        "https://other.example/mcp",
        "https://mcp.example/public/mcp/admin",
        "http://mcp.example/public/mcp",
    ] {
        let mut world = World::new();
        world.at("GET https://mcp.example/prm", 200, &prm(other, AS, ""));
        let why = stops(&world);
        assert!(why.contains(other) && why.contains(MCP), "{why}");
    }
}

#[test]
fn an_authorization_server_that_calls_itself_otherwise_is_passed_over() {
    for other in ["https://as.example/", "https://evil.example", ""] {
        let mut world = World::new();
        world.at(
            "GET https://as.example/.well-known/oauth-authorization-server",
            200,
            &server(other, ""),
        );
        let told = world.login();
        assert!(
            told.lines
                .iter()
                .any(|line| line.contains("it calls itself")),
            "{:?}",
            told.lines
        );
        assert!(stops(&world).contains("nothing usable is known"));
    }
}

#[test]
fn without_s256_it_goes_no_further() {
    for (methods, says) in [
        (r#","x":1"#, "does not say that it knows PKCE"),
        (
            r#","code_challenge_methods_supported":["plain"]"#,
            "knows PKCE only as plain",
        ),
    ] {
        let body =
            server(AS, "").replace(r#","code_challenge_methods_supported":["S256"]"#, methods);
        let mut world = World::new();
        world.at(
            "GET https://as.example/.well-known/oauth-authorization-server",
            200,
            &body,
        );
        let why = stops(&world);
        assert!(why.contains(says), "{why}");
    }
}

#[test]
fn secrets_go_nowhere_without_tls() {
    let body = server(AS, "").replace("https://as.example/token", "http://as.example/token");
    let mut world = World::new();
    world.at(
        "GET https://as.example/.well-known/oauth-authorization-server",
        200,
        &body,
    );
    assert!(stops(&world).contains("http://as.example/token is not https"));
    let body = server(AS, "").replace("https://as.example/token", "http://127.0.0.1/token");
    world.at(
        "GET https://as.example/.well-known/oauth-authorization-server",
        200,
        &body,
    );
    assert!(stops(&world).contains("on this machine"));
    let body = server(AS, "").replace("https://as.example/authorize", "javascript:alert(1)");
    world.at(
        "GET https://as.example/.well-known/oauth-authorization-server",
        200,
        &body,
    );
    assert!(stops(&world).contains("no authorization_endpoint"));
}

#[test]
fn a_server_that_is_down_is_not_one_without_metadata() {
    for status in [0, 500, 503] {
        let mut world = World::new();
        world.at("GET https://mcp.example/prm", status, "down");
        let why = stops(&world);
        assert!(why.contains("cannot be had"), "{why}");
    }
}

#[test]
fn where_nobody_is_nobody_is_asked() {
    let mut world = World::new();
    world.settings.person = Person::Nobody;
    assert_eq!(
        stops(&world),
        "somebody has to log in at https://as.example"
    );
    // A server that takes static tokens only.
    let mut bare = World::new();
    bare.places.clear();
    bare.settings.person = Person::Nobody;
    assert!(stops(&bare).contains("offers no way to log in"));
}

#[test]
fn a_server_without_oauth_says_so_when_it_registers_nobody() {
    let mut world = World::new();
    world.places.clear();
    let told = world.login();
    assert_eq!(
        told.places().last(),
        Some(&"POST https://mcp.example/register")
    );
    assert!(told.why().contains("offers no way to log in"));
    assert!(told.failed.unwrap().1.unwrap().contains("--header"));
}

#[test]
fn who_registers_nobody_wants_a_client_by_hand() {
    let mut world = World::new();
    let body = server(AS, "").replace(
        r#""registration_endpoint":"https://as.example/register","#,
        "",
    );
    world.at(
        "GET https://as.example/.well-known/oauth-authorization-server",
        200,
        &body,
    );
    assert!(stops(&world).contains("registers nobody"));
    world.settings.client_id = Some("mine".into());
    assert_eq!(world.login().asked("client_id").as_deref(), Some("mine"));
}

#[test]
fn a_client_id_of_one_issuer_is_not_shown_to_another() {
    let mut world = World::new();
    world.settings.client_id = Some("mine".into());
    world.keys.put_tokens(old("https://old.example", "mine"));
    let why = stops(&world);
    assert!(
        why.contains(AS) && why.contains("https://old.example"),
        "{why}"
    );
    // A registered one is left behind without a word.
    world.settings.client_id = None;
    world
        .keys
        .put_client("https://old.example", registered("mine", 9));
    let told = world.login();
    assert_eq!(told.asked("client_id").as_deref(), Some("me"));
    assert_eq!(told.asked("redirect_uri").as_deref(), Some(REDIRECT));
    assert!(!told.requests.concat().contains("0LDR"));
}

#[test]
fn refusals_of_the_authorization_server_are_told() {
    let refusal = r#"{"error":"invalid_redirect_uri","error_description":"no loopback here"}"#;
    let mut world = World::new();
    world.at("POST https://as.example/register", 400, refusal);
    let told = world.login();
    assert!(
        told.why()
            .contains("invalid_redirect_uri: no loopback here"),
        "{}",
        told.why()
    );
    assert!(told.failed.unwrap().1.unwrap().contains("--client-id"));
    let mut world = World::new();
    world.at(
        "POST https://as.example/token",
        400,
        r#"{"error":"invalid_client"}"#,
    );
    let told = world.login();
    assert!(told.why().contains("invalid_client"));
    // The next login registers anew.
    assert_eq!(told.clients.last(), Some(&(AS.to_owned(), None)));
}

#[test]
fn an_answer_that_is_none_is_a_fault() {
    for (body, says) in [
        ("{}", "no access_token"),
        (
            r#"{"access_token":"T0KEN","token_type":"mac"}"#,
            "of the type \"mac\"",
        ),
        ("<html>", "no access_token"),
    ] {
        let mut world = World::new();
        world.at("POST https://as.example/token", 200, body);
        let told = world.login();
        assert!(told.why().contains(says), "{}", told.why());
    }
    let mut world = World::new();
    world.at("POST https://as.example/register", 201, "{}");
    assert!(world.login().why().contains("no client_id"));
}
