//! Discovery, scopes, the question and its answer.

use super::*;

#[test]
fn a_login_from_the_refusal_to_the_token() {
    let told = World::new().login();
    assert_eq!(
        told.lines,
        [
            "login: the server answered 401",
            "login: resource metadata: GET https://mcp.example/prm: found",
            "login: authorization server: the server names https://as.example",
            "login: authorization server metadata: GET https://as.example/.well-known/oauth-authorization-server: found",
            "login: scope: none is named, so none is asked for",
            "login: registration: POST https://as.example/register: registered as me (none)",
            &format!(
                "login: https://as.example has to be told in a browser that this is allowed: https://as.example/authorize?response_type=code&client_id=me&redirect_uri=http%3A%2F%2F127.0.0.1%3A4711%2Fcallback&state=masked&code_challenge={}&code_challenge_method=S256&resource=https%3A%2F%2Fmcp.example%2Fpublic%2Fmcp",
                Chance::of(&[7; 80]).challenge()
            ),
            "login: answer: a code",
            "login: token: POST https://as.example/token: given",
            "login: token of https://as.example (token)",
        ]
    );
    let tokens = told.tokens.unwrap();
    assert_eq!(tokens.access.reveal(), "T0KEN");
    assert_eq!(
        (tokens.kind.as_str(), tokens.expires),
        ("Bearer", Some(NOW + 60))
    );
    assert_eq!(
        (tokens.server.as_str(), tokens.client.as_str()),
        (MCP, "me")
    );
    assert_eq!(tokens.refresh.unwrap().reveal(), "R3FRESH");
}

#[test]
fn the_question_has_pkce_and_the_token_request_answers_it() {
    let told = World::new().login();
    let chance = Chance::of(&[7; 80]);
    assert_eq!(told.asked("code_challenge_method").as_deref(), Some("S256"));
    assert_eq!(told.asked("response_type").as_deref(), Some("code"));
    assert!((43..=128).contains(&chance.verifier.len()));
    assert_eq!(told.sent("code_verifier"), Some(chance.verifier));
    assert_eq!(told.sent("code").as_deref(), Some("C0DE"));
    assert_eq!(told.sent("redirect_uri").as_deref(), Some(REDIRECT));
    assert_eq!(told.sent("client_id").as_deref(), Some("me"));
    // RFC 7636, Appendix B.
    let mut bytes = [0; 80];
    bytes[32..64].copy_from_slice(&[
        116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125, 216, 173, 187, 186, 22, 212, 37,
        77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141, 121,
    ]);
    let chance = Chance::of(&bytes);
    assert_eq!(
        chance.verifier,
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    );
    assert_eq!(
        chance.challenge(),
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
}

#[test]
fn the_resource_is_named_as_it_names_itself_in_both_requests() {
    for (named, sent) in [
        (MCP, MCP),
        ("https://mcp.example/public", "https://mcp.example/public"),
        ("https://mcp.example/", "https://mcp.example/"),
    ] {
        let mut world = World::new();
        world.at("GET https://mcp.example/prm", 200, &prm(named, AS, ""));
        let told = world.login();
        assert_eq!(told.asked("resource").as_deref(), Some(sent));
        assert_eq!(told.sent("resource").as_deref(), Some(sent));
    }
    let mut world = World::new();
    let nameless = format!(r#"{{"authorization_servers":["{AS}"]}}"#);
    world.at("GET https://mcp.example/prm", 200, &nameless);
    assert_eq!(world.login().sent("resource").as_deref(), Some(MCP));
}

#[test]
fn without_a_header_the_metadata_are_looked_for_at_the_path_and_then_at_the_root() {
    let (path, root) = (
        "GET https://mcp.example/.well-known/oauth-protected-resource/public/mcp",
        "GET https://mcp.example/.well-known/oauth-protected-resource",
    );
    for challenge in [None, Some("Bearer"), Some("Basic realm=x")] {
        let mut world = World::new();
        world.challenge = challenge;
        world.at(path, 200, &prm(MCP, AS, ""));
        let told = world.login();
        assert_eq!(told.places()[0], path);
        assert!(told.tokens.is_some() && !told.places().contains(&root));
        world
            .without(path)
            .at(root, 200, &prm("https://mcp.example", AS, ""));
        let told = world.login();
        assert_eq!(told.places()[..2], [path, root]);
        assert!(told.tokens.is_some());
    }
}

#[test]
fn a_place_in_the_header_that_is_of_no_use_is_told_and_the_others_are_tried() {
    let mut world = World::new();
    world
        .at("GET https://mcp.example/prm", 200, "<html>")
        .at(
            "GET https://mcp.example/.well-known/oauth-protected-resource/public/mcp",
            200,
            r#"{"authorization_servers":[]}"#,
        )
        .at(
            "GET https://mcp.example/.well-known/oauth-protected-resource",
            200,
            &prm(MCP, AS, ""),
        );
    let told = world.login();
    assert!(told.tokens.is_some());
    assert!(
        told.lines[1].ends_with("what is there is no JSON object"),
        "{:?}",
        told.lines
    );
    assert!(
        told.lines[3].ends_with("no authorization server is named there"),
        "{:?}",
        told.lines
    );
}

#[test]
fn issuers_with_a_path_have_three_places() {
    let issuer = "https://as.example/t1";
    let places = [
        "GET https://as.example/.well-known/oauth-authorization-server/t1",
        "GET https://as.example/.well-known/openid-configuration/t1",
        "GET https://as.example/t1/.well-known/openid-configuration",
    ];
    for (at, place) in places.iter().enumerate() {
        let mut world = World::new();
        world
            .at("GET https://mcp.example/prm", 200, &prm(MCP, issuer, ""))
            .at(place, 200, &server(issuer, ""))
            .at(
                "POST https://as.example/t1/register",
                201,
                r#"{"client_id":"me"}"#,
            )
            .at("POST https://as.example/t1/token", 200, TOKEN);
        let told = world.login();
        assert_eq!(told.places()[1..=at + 1], places[..=at]);
        assert!(told.tokens.is_some());
    }
}

#[test]
fn documents_may_be_moved_but_not_everywhere() {
    let mut world = World::new();
    world.at("GET https://mcp.example/prm", 302, "/moved").at(
        "GET https://mcp.example/moved",
        200,
        &prm(MCP, AS, ""),
    );
    assert!(world.login().tokens.is_some());
    world.at("GET https://mcp.example/moved", 302, "/moved");
    assert!(
        world
            .login()
            .lines
            .iter()
            .any(|line| line.contains("it leads on and on"))
    );
    world.at("GET https://mcp.example/moved", 302, "http://127.0.0.1/prm");
    assert!(
        world
            .login()
            .lines
            .iter()
            .any(|line| line.contains("on this machine"))
    );
}

#[test]
fn the_next_authorization_server_is_tried_when_nothing_is_known_of_the_first() {
    let mut world = World::new();
    let both = format!(
        r#"{{"resource":"{MCP}","authorization_servers":["https://down.example","{AS}"]}}"#
    );
    world.at("GET https://mcp.example/prm", 200, &both);
    world.at(
        "GET https://down.example/.well-known/oauth-authorization-server",
        0,
        "nothing listens there",
    );
    let told = world.login();
    assert_eq!(told.tokens.unwrap().issuer, AS);
    assert!(
        told.lines
            .iter()
            .any(|line| line.contains("nothing listens there"))
    );
}

#[test]
fn scopes_come_from_the_challenge_then_from_the_resource_then_not_at_all() {
    let mut world = World::new();
    let listed = prm(MCP, AS, r#","scopes_supported":["a","b"]"#);
    world.at("GET https://mcp.example/prm", 200, &listed);
    assert_eq!(world.login().asked("scope").as_deref(), Some("a b"));
    world.challenge = Some(r#"Bearer scope="c", resource_metadata="https://mcp.example/prm""#);
    assert_eq!(world.login().asked("scope").as_deref(), Some("c"));
    assert_eq!(World::new().login().asked("scope"), None);
    world.settings.scope = Some("mine".into());
    assert_eq!(world.login().asked("scope").as_deref(), Some("mine"));
}

#[test]
fn stepping_up_asks_for_what_was_there_and_what_is_missing() {
    let mut world = World::new();
    world.status = 403;
    world.challenge = Some(
        r#"Bearer error="insufficient_scope", scope="write", resource_metadata="https://mcp.example/prm""#,
    );
    world.keys.put_tokens(old(AS, "me"));
    world.keys.put_client(AS, registered("me", 4711));
    world.weak = Some(old(AS, "me"));
    let told = world.login();
    assert_eq!(told.asked("scope").as_deref(), Some("read write"));
    // A refresh cannot widen what was granted, and the client is known.
    let posts: Vec<&str> = told
        .places()
        .into_iter()
        .filter(|one| one.starts_with("POST"))
        .collect();
    assert_eq!(posts, ["POST https://as.example/token"]);
    assert_eq!(
        told.sent("grant_type").as_deref(),
        Some("authorization_code")
    );
    assert_eq!(
        told.tokens.unwrap().requested.as_deref(),
        Some("read write")
    );
}

#[test]
fn the_answer_may_be_pasted_in_any_form() {
    for pasted in [
        "http://127.0.0.1:4711/callback?code=C0DE&state=STATE",
        "  http://localhost:4711/callback?state=STATE&code=C0DE#  ",
        "code=C0DE&state=STATE",
        "/callback?code=C0DE&state=STATE",
        "?code=C0DE&state=STATE#x",
    ] {
        let mut world = World::new();
        world.back = vec![pasted];
        let told = world.login();
        assert!(told.tokens.is_some(), "{pasted}: {:?}", told.lines);
    }
}

#[test]
fn a_stranger_s_answer_changes_nothing() {
    let mut world = World::new();
    world.back = vec![
        "http://127.0.0.1:4711/callback?code=EVIL&state=other",
        "http://127.0.0.1:4711/callback?error=access_denied",
        "http://127.0.0.1:4711/callback?code=EVIL",
        "hello",
        "http://127.0.0.1:4711/callback?code=C0DE&state=STATE",
    ];
    let told = world.login();
    assert_eq!(told.sent("code").as_deref(), Some("C0DE"));
    let passed = told
        .lines
        .iter()
        .filter(|line| line.starts_with("login: answer:"));
    assert_eq!(passed.count(), 5);
}

#[test]
fn iss_is_compared_as_it_is_spelled() {
    let says = r#","authorization_response_iss_parameter_supported":true"#;
    for (advertised, iss, fine) in [
        (says, Some("https://as.example"), true),
        (says, None, false),
        (says, Some("https://evil.example"), false),
        (says, Some("https://as.example/"), false),
        ("", None, true),
        ("", Some("https://as.example"), true),
        ("", Some("https://evil.example"), false),
        ("", Some("HTTPS://AS.EXAMPLE"), false),
    ] {
        let mut world = World::new();
        world.at(
            "GET https://as.example/.well-known/oauth-authorization-server",
            200,
            &server(AS, advertised),
        );
        let iss = iss.map_or_else(String::new, |iss| format!("&iss={iss}"));
        let back = format!("code=C0DE&state=STATE{iss}");
        world.back = vec![back.leak()];
        let told = world.login();
        assert_eq!(told.tokens.is_some(), fine, "{advertised} {iss}");
    }
}

#[test]
fn of_an_answer_from_somebody_else_not_even_the_error_is_shown() {
    let mut world = World::new();
    world.back =
        vec!["error=call_this_number&error_description=now&state=STATE&iss=https://evil.example"];
    let told = world.login();
    assert!(told.why().contains("https://evil.example"));
    assert!(!told.lines.concat().contains("call_this_number"));
    world.back = vec!["error=access_denied&error_description=not+you&state=STATE"];
    assert_eq!(
        world.login().why(),
        "https://as.example says access_denied: not you"
    );
}
