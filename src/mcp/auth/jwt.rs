//! JSON web tokens: what stands in one (without checking it: it is not for us), and signing our own (RFC 7519, 7523).

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};

use super::secret::Secret;
use crate::json::{self, Kind, quote};

/// Header and claims of a token that is a JWT, as a JSON object with `header` and `claims`; its signature is left out.
pub fn decoded(token: &str) -> Option<String> {
    let mut parts = token.split('.');
    let mut part = || {
        let bytes = BASE64.decode(parts.next()?).ok()?;
        let is_object = json::check(&bytes).is_ok() && json::kind(&bytes) == Kind::Object;
        String::from_utf8(bytes).ok().filter(|_| is_object)
    };
    let (header, claims) = (part()?, part()?);
    // Three parts when it is signed, five when it is encrypted, and then there is nothing to be read.
    (parts.count() == 1).then(|| format!("{{\"header\":{header},\"claims\":{claims}}}"))
}

/// A private key to sign with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// PKCS#8 in PEM.
    pub pem: Secret,
    /// How to sign: `ES256`, `RS256` or `EdDSA`; found out from the key when it is not said.
    pub algorithm: Option<String>,
    /// Its name, for the header.
    pub id: Option<String>,
}

enum Signer {
    Ec(EcdsaKeyPair),
    Rsa(RsaKeyPair),
    Ed(Ed25519KeyPair),
}

impl Signer {
    const fn name(&self) -> &'static str {
        match self {
            Self::Ec(_) => "ES256",
            Self::Rsa(_) => "RS256",
            Self::Ed(_) => "EdDSA",
        }
    }

    fn of(key: &Key) -> Result<Self, String> {
        let text: String = key
            .pem
            .reveal()
            .lines()
            .map(str::trim)
            .skip_while(|line| *line != "-----BEGIN PRIVATE KEY-----")
            .skip(1)
            .take_while(|line| !line.starts_with("-----"))
            .collect();
        let der = STANDARD.decode(&text).unwrap_or_default();
        if der.is_empty() {
            return Err("the key is no PEM with a PRIVATE KEY (PKCS#8)".to_owned());
        }
        let random = SystemRandom::new();
        let found = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random)
            .map(Self::Ec)
            .or_else(|_| Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der).map(Self::Ed))
            .or_else(|_| RsaKeyPair::from_pkcs8(&der).map(Self::Rsa))
            .map_err(|_| "the key is none for ES256, RS256 or EdDSA".to_owned())?;
        match &key.algorithm {
            Some(wanted) if wanted != found.name() => Err(format!(
                "the key is one for {}, and {wanted} is asked for",
                found.name()
            )),
            _ => Ok(found),
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let random = SystemRandom::new();
        let failed = |_| "the key does not sign".to_owned();
        match self {
            Self::Ec(pair) => pair
                .sign(&random, message)
                .map(|signature| signature.as_ref().to_vec())
                .map_err(failed),
            Self::Ed(pair) => Ok(pair.sign(message).as_ref().to_vec()),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(failed)?;
                Ok(signature)
            }
        }
    }
}

/// What an assertion says of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims<'a> {
    /// Issuer and subject: the client.
    pub client: &'a str,
    /// Whom it is for: the authorization server's issuer.
    pub audience: &'a str,
    /// Seconds since 1970.
    pub now: i64,
    /// Unique.
    pub id: &'a str,
}

/// How long an assertion is good, in seconds.
const LIFE: i64 = 300;

/// A signed assertion of who we are (RFC 7523 §3).
pub fn assertion(key: &Key, claims: &Claims<'_>) -> Result<Secret, String> {
    let signer = Signer::of(key)?;
    let id = key
        .id
        .as_ref()
        .map_or_else(String::new, |id| format!(",\"kid\":{}", quote(id)));
    let header = format!("{{\"alg\":\"{}\",\"typ\":\"JWT\"{id}}}", signer.name());
    let client = quote(claims.client);
    let body = format!(
        "{{\"iss\":{client},\"sub\":{client},\"aud\":{},\"iat\":{},\"exp\":{},\"jti\":{}}}",
        quote(claims.audience),
        claims.now,
        claims.now + LIFE,
        quote(claims.id)
    );
    signed(&header, &body, |message| signer.sign(message))
}

/// A proof that we hold the key a token is bound to (DPoP, RFC 9449): an ES256 pair of this process's own.
pub struct Proofs {
    pair: EcdsaKeyPair,
}

impl std::fmt::Debug for Proofs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proofs")
    }
}

/// What a proof is about.
#[derive(Debug, Clone, Copy)]
pub struct Proof<'a> {
    /// The HTTP method.
    pub verb: &'a str,
    /// The address, of which query and fragment are left out.
    pub url: &'a url::Url,
    /// The token that goes with it.
    pub token: Option<&'a str>,
    /// What the other side gave us to repeat.
    pub nonce: Option<&'a str>,
    /// Seconds since 1970.
    pub now: i64,
    /// Unique.
    pub id: &'a str,
}

impl Proofs {
    /// A new pair.
    pub fn new() -> Option<Self> {
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).ok()?;
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random)
                .ok()?;
        Some(Self { pair })
    }

    /// The value of a `DPoP` header.
    pub fn header(&self, proof: &Proof<'_>) -> Option<String> {
        use ring::signature::KeyPair as _;
        // 4, x, y (SEC 1, uncompressed).
        let public = self.pair.public_key().as_ref();
        let (x, y) = public.get(1..)?.split_at_checked(32)?;
        let header = format!(
            "{{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{}\",\"y\":\"{}\"}}}}",
            BASE64.encode(x),
            BASE64.encode(y)
        );
        let mut url = proof.url.clone();
        url.set_query(None);
        url.set_fragment(None);
        let mut body = format!(
            "{{\"jti\":{},\"htm\":{},\"htu\":{},\"iat\":{}",
            quote(proof.id),
            quote(proof.verb),
            quote(url.as_str()),
            proof.now
        );
        if let Some(token) = proof.token {
            let digest = ring::digest::digest(&ring::digest::SHA256, token.as_bytes());
            body.extend([",\"ath\":\"", &BASE64.encode(digest), "\""]);
        }
        if let Some(nonce) = proof.nonce {
            body.extend([",\"nonce\":", &quote(nonce)]);
        }
        body.push('}');
        let random = SystemRandom::new();
        let sign = |message: &[u8]| {
            let signature = self
                .pair
                .sign(&random, message)
                .map_err(|_| String::new())?;
            Ok(signature.as_ref().to_vec())
        };
        let proof = signed(&header, &body, sign).ok()?;
        Some(proof.reveal().to_owned())
    }
}

fn signed(
    header: &str,
    body: &str,
    sign: impl Fn(&[u8]) -> Result<Vec<u8>, String>,
) -> Result<Secret, String> {
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(body));
    let signature = sign(message.as_bytes())?;
    Ok(Secret::new(format!(
        "{message}.{}",
        BASE64.encode(signature)
    )))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use ring::signature::{ECDSA_P256_SHA256_FIXED, KeyPair as _, UnparsedPublicKey};

    #[test]
    fn a_token_is_decoded_without_its_signature() {
        let part = |text: &str| BASE64.encode(text);
        let token = format!(
            "{}.{}.c2ln",
            part(r#"{"alg":"none"}"#),
            part(r#"{"aud":"x"}"#)
        );
        assert_eq!(
            decoded(&token).unwrap(),
            r#"{"header":{"alg":"none"},"claims":{"aud":"x"}}"#
        );
        for opaque in [
            "",
            "abc",
            "a.b.c",
            "a.b",
            &format!("{token}.x.y"),
            &token.replace('.', ""),
        ] {
            assert_eq!(decoded(opaque), None, "{opaque}");
        }
    }

    fn pem(der: &[u8]) -> Secret {
        let text = STANDARD.encode(der);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..text.len().min(at + 64)])
            .collect();
        Secret::new(format!(
            "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
            lines.join("\n")
        ))
    }

    fn verify(jwt: &str, public: &[u8]) {
        let (message, signature) = jwt.rsplit_once('.').unwrap();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .verify(message.as_bytes(), &BASE64.decode(signature).unwrap())
            .unwrap();
    }

    #[test]
    fn an_assertion_says_who_we_are_and_is_signed() {
        let random = SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let key = Key {
            pem: pem(der.as_ref()),
            algorithm: Some("ES256".into()),
            id: Some("k1".into()),
        };
        let claims = Claims {
            client: "me",
            audience: "https://as",
            now: 1_000,
            id: "j",
        };
        let jwt = assertion(&key, &claims).unwrap();
        assert_eq!(
            decoded(jwt.reveal()).unwrap(),
            r#"{"header":{"alg":"ES256","typ":"JWT","kid":"k1"},"claims":{"iss":"me","sub":"me","aud":"https://as","iat":1000,"exp":1300,"jti":"j"}}"#
        );
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref(), &random)
                .unwrap();
        verify(jwt.reveal(), pair.public_key().as_ref());
        let wrong = Key {
            algorithm: Some("RS256".into()),
            ..key.clone()
        };
        assert!(assertion(&wrong, &claims).unwrap_err().contains("ES256"));
        let none = Key {
            pem: Secret::new("x"),
            ..key
        };
        assert!(assertion(&none, &claims).unwrap_err().contains("PKCS#8"));
    }

    #[test]
    fn an_ed25519_key_signs_too() {
        let der = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let key = Key {
            pem: pem(der.as_ref()),
            algorithm: None,
            id: None,
        };
        let claims = Claims {
            client: "me",
            audience: "a",
            now: 0,
            id: "j",
        };
        let jwt = assertion(&key, &claims).unwrap();
        assert!(decoded(jwt.reveal()).unwrap().contains("EdDSA"));
    }

    #[test]
    fn a_proof_is_of_this_request_and_this_token() {
        let proofs = Proofs::new().unwrap();
        let url = url::Url::parse("https://h/mcp?x=1#y").unwrap();
        let proof = Proof {
            verb: "POST",
            url: &url,
            token: Some("tok"),
            nonce: Some("n"),
            now: 5,
            id: "j",
        };
        let header = proofs.header(&proof).unwrap();
        let told = decoded(&header).unwrap();
        assert!(
            told.contains(r#""htm":"POST","htu":"https://h/mcp","iat":5,"ath":""#),
            "{told}"
        );
        assert!(
            told.contains(r#""typ":"dpop+jwt""#) && told.contains(r#""nonce":"n""#),
            "{told}"
        );
        verify(&header, proofs.pair.public_key().as_ref());
    }
}
