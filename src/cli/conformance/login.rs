//! How to log in during a scenario: as the context says, with a browser that follows the address at once.

use crate::json::Value;
use crate::mcp::auth::{Grant, Key, Person, Provider, Secret, Settings};
use crate::transport::http::Login;

/// The document the suite knows us by.
const DOCUMENT: &str = "https://conformance-test.local/client-metadata.json";

/// What a person would have given for the scenario called `name`.
pub(super) fn login(name: &str, context: &Value) -> Login {
    let text = |member: &str| {
        let value = context.get(member).and_then(Value::as_str);
        value.map(str::to_owned)
    };
    let secret = |member: &str| text(member).map(Secret::new);
    let provider = || {
        Some(Provider {
            token_endpoint: text("idp_token_endpoint")?.parse().ok()?,
            client_id: text("idp_client_id")?,
            client_secret: None,
            id_token: secret("idp_id_token")?,
        })
    };
    let grant = if name.contains("client-credentials") {
        Grant::ClientCredentials
    } else if let Some(provider) = provider() {
        Grant::Enterprise(Box::new(provider))
    } else if let Some(assertion) = secret("valid_jwt") {
        Grant::Assertion(assertion)
    } else {
        Grant::Code
    };
    let key = secret("private_key_pem").map(|pem| Key {
        pem,
        algorithm: text("signing_algorithm"),
        id: None,
    });
    Login {
        settings: Settings {
            client_id: text("client_id"),
            client_secret: secret("client_secret"),
            key,
            client_metadata_url: DOCUMENT.parse().ok(),
            grant,
            person: Person::Follow,
            ..Settings::default()
        },
        // What one scenario learns is nothing to the next.
        store: None,
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn settings(name: &str, context: &str) -> Settings {
        login(name, &Value::parse(context.as_bytes()).unwrap()).settings
    }

    #[test]
    fn the_context_says_how() {
        let plain = settings("auth/metadata-default", "null");
        assert_eq!((plain.grant, plain.client_id), (Grant::Code, None));
        let known = r#"{"client_id":"c","client_secret":"s"}"#;
        let given = settings("auth/pre-registration", known);
        assert_eq!(
            (given.grant, given.client_id.as_deref()),
            (Grant::Code, Some("c"))
        );
        let own = settings("auth/client-credentials-basic", known);
        assert_eq!((own.grant, own.key), (Grant::ClientCredentials, None));
        let key = r#"{"client_id":"c","private_key_pem":"p","signing_algorithm":"ES256"}"#;
        let key = settings("auth/client-credentials-jwt", key).key.unwrap();
        assert_eq!(key.algorithm.as_deref(), Some("ES256"));
        let idp =
            r#"{"idp_token_endpoint":"http://h/token","idp_client_id":"i","idp_id_token":"t"}"#;
        assert!(matches!(
            settings("auth/enterprise-managed-authorization", idp).grant,
            Grant::Enterprise(_)
        ));
        assert!(matches!(
            settings("auth/wif-jwt-bearer", r#"{"valid_jwt":"j"}"#).grant,
            Grant::Assertion(_)
        ));
    }
}
