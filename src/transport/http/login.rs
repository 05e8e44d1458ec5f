//! Logging in on a link over HTTP: carries out what a [`Flow`] says, keeps the token in use, and adds it to requests.
//!
//! What to do, and what an answer means, is the flow's affair; here is the clock, randomness, the page people are sent
//! back to. Files are not known here: what is kept of logins is given, and told.

mod callback;
mod shelf;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::sync::mpsc;

use super::exchange::{self, Head, Piece};
use super::{Carriage, Open, Reading};
use crate::mcp::auth::{
    self, Chance, Fetch, Flow, Keys, Proof, Proofs, Secret, Settings, Setup, Tokens,
};
use crate::mcp::http::headers::{self, Headers};
use crate::mcp::http::{Refusal, Request, Verb, challenged};
use crate::note::http::Step;
use crate::transport::{LinkEvent, Outgoing};
use callback::Callback;

pub use crate::mcp::auth::Person;
pub use shelf::{Keep, Opening, Shelf};

/// Logins that are tried without a request in between that the server accepted.
const ATTEMPTS: u32 = 3;

/// A token is renewed this long before it expires, in seconds.
const EARLY: i64 = 30;

/// The longest answer that is read, in bytes.
const LONGEST: usize = 1 << 20;

/// Where logins are made.
pub(super) struct Desk {
    settings: Settings,
    shelf: Option<Shelf>,
    /// Clients that were registered on this link.
    own: Keys,
    server: url::Url,
    tokens: Option<Tokens>,
    /// Counts the tokens, so that a refusal of an old one is told from one of the newest.
    generation: u32,
    /// Whether the newest was given anew, not only kept or refreshed.
    is_new: bool,
    /// The generation that is not to be renewed in time: that failed, or it would be no better afterwards.
    unrenewable: Option<u32>,
    /// Which generation requests went out with.
    sent: HashMap<u32, u32>,
    /// Logins since the server last accepted a request with a token.
    attempts: u32,
    /// Logins so far.
    count: u32,
    flow: Option<Flow>,
    /// Whether the flow only renews a token in time.
    is_renewing: bool,
    /// What is to be sent once that is done.
    queue: VecDeque<Outgoing>,
    asked: Option<Asked>,
    page: Option<Callback>,
    back: mpsc::UnboundedSender<String>,
    proofs: Option<Arc<Proofs>>,
    /// What the server wants repeated in proofs.
    nonce: Option<String>,
    proven: u64,
}

/// An exchange of the flow that is on its way.
struct Asked {
    exchange: u32,
    /// It stands for a browser: where it is sent to is the answer.
    is_visit: bool,
    status: u16,
    headers: Headers,
    body: Vec<u8>,
}

/// Seconds since 1970.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

fn chance() -> Option<Chance> {
    let mut bytes = [0; 80];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(Chance::of(&bytes))
}

/// What is kept for a server, if it is still good and may be used by whom the settings say we are.
pub fn kept(keys: &Keys, server: &url::Url, settings: &Settings) -> Option<Tokens> {
    let tokens = keys.tokens(&auth::canonical(server))?;
    let id = settings.client_id.as_ref();
    let is_ours = id.is_none_or(|id| *id == tokens.client);
    // A token that is bound to a key died with the key.
    (is_ours && tokens.is_fresh(now()) && tokens.kind == "Bearer").then(|| tokens.clone())
}

impl Desk {
    pub fn new(
        server: url::Url,
        settings: Settings,
        shelf: Option<Shelf>,
        back: mpsc::UnboundedSender<String>,
    ) -> Self {
        Self {
            settings,
            shelf,
            own: Keys::default(),
            server,
            tokens: None,
            generation: 0,
            is_new: false,
            unrenewable: None,
            sent: HashMap::new(),
            attempts: 0,
            count: 0,
            flow: None,
            is_renewing: false,
            queue: VecDeque::new(),
            asked: None,
            page: None,
            back,
            proofs: None,
            nonce: None,
            proven: 0,
        }
    }

    fn take(&mut self, tokens: Tokens, is_new: bool) {
        self.tokens = Some(tokens);
        self.generation += 1;
        self.is_new = is_new;
    }

    /// The token in use is what its renewal gave. Servers give tokens that live for seconds: to renew those in time
    /// would be to renew them for ever.
    fn renewed(&mut self) {
        let soon = now() + EARLY;
        if self
            .tokens
            .as_ref()
            .is_some_and(|tokens| !tokens.is_fresh(soon))
        {
            self.unrenewable = Some(self.generation);
        }
    }

    /// What is kept for this server, if it is still good and may be used by whom we are.
    fn kept(&self) -> Option<Tokens> {
        let keys = (self.shelf.as_ref()?.read)();
        kept(&keys, &self.server, &self.settings)
    }

    /// What to tell of the token that was kept from earlier.
    pub fn greeting(&self) -> Option<LinkEvent> {
        let tokens = self.tokens.as_ref()?;
        Some(LinkEvent::Login(auth::noted(tokens, "kept")))
    }

    /// Puts the token into the headers of a request to the server.
    pub fn stamp(&mut self, request: &Request, headers: &mut Headers) {
        self.sent.insert(request.exchange, self.generation);
        let Some(tokens) = &self.tokens else { return };
        let value = format!("{} {}", tokens.kind, tokens.access.reveal());
        headers.push(("authorization".to_owned(), value));
        let Some(proofs) = self.proofs.as_ref().filter(|_| tokens.kind == "DPoP") else {
            return;
        };
        self.proven += 1;
        let proof = proofs.header(&Proof {
            verb: request.verb.word(),
            url: &request.url,
            token: Some(tokens.access.reveal()),
            nonce: self.nonce.as_deref(),
            now: now(),
            id: &format!("{}-{}", now(), self.proven),
        });
        headers.extend(proof.map(|proof| ("dpop".to_owned(), proof)));
    }

    /// Whether an exchange is one of the login's own.
    pub fn owns(&self, exchange: u32) -> bool {
        self.asked
            .as_ref()
            .is_some_and(|asked| asked.exchange == exchange)
    }

    /// Whether the token should be renewed before anything else is sent.
    fn is_stale(&self) -> bool {
        let soon = now() + EARLY;
        let renewable = |tokens: &Tokens| tokens.refresh.is_some() && !tokens.is_fresh(soon);
        self.flow.is_none()
            && self.unrenewable != Some(self.generation)
            && self.tokens.as_ref().is_some_and(renewable)
    }

    /// A response of the server came: what it tells of the token.
    pub fn noticed(&mut self, exchange: u32, head: &Head) {
        if let Some(nonce) = headers::value(&head.headers, "dpop-nonce") {
            self.nonce = Some(nonce.to_owned());
        }
        let is_newest = self.sent.get(&exchange) == Some(&self.generation);
        if (200..300).contains(&head.status) && is_newest && self.tokens.is_some() {
            self.attempts = 0;
        }
        if !matches!(head.status, 401 | 403) {
            self.sent.remove(&exchange);
        }
    }
}

impl Carriage {
    /// The server wants a (better) login.
    pub(super) fn refused(&mut self, refusal: &Refusal) {
        let Some(desk) = &mut self.desk else { return };
        let generation = desk.sent.remove(&refusal.exchange).unwrap_or(0);
        if desk.flow.is_some() {
            return;
        }
        if generation < desk.generation {
            // It went out with the token before.
            return self.go_on();
        }
        let challenges = auth::challenges(challenged(&refusal.headers));
        let challenge = auth::of_oauth(&challenges).cloned();
        let get = |name: &str| challenge.as_ref().and_then(|challenge| challenge.get(name));
        if refusal.again < 2 && get("error") == Some("use_dpop_nonce") && desk.nonce.is_some() {
            return self.go_on();
        }
        if refusal.status == 401 {
            if let Some(tokens) = desk
                .tokens
                .as_ref()
                .filter(|_| desk.is_new && refusal.again > 0)
            {
                let what = format!(
                    "the server refuses the token that {} has just given",
                    tokens.issuer
                );
                return self.stop(&what, Some("is the token meant for this server? The overview tells its audience and expiry"));
            }
            // Another mcpscope may have renewed it meanwhile.
            let kept = desk.kept().filter(|kept| {
                let same = |tokens: &Tokens| tokens.access == kept.access;
                refusal.again == 0 && !desk.tokens.as_ref().is_some_and(same)
            });
            if let Some(kept) = kept {
                desk.take(kept, false);
                self.told.extend(desk.greeting());
                return self.go_on();
            }
        } else if let (Some(scope), Some(tokens)) = (get("scope"), &desk.tokens)
            && let Some(requested) = tokens.requested.as_deref()
            && auth::within(scope, requested)
        {
            let what =
                format!("the token was asked for with the scope {requested}, and that does not do");
            return self.stop(
                &what,
                Some("does whoever logged in have that permission at all?"),
            );
        }
        if desk.attempts >= ATTEMPTS {
            let what = format!("{ATTEMPTS} logins one after the other were of no use");
            return self.stop(&what, None);
        }
        let weak = desk.tokens.clone().filter(|_| refusal.status == 403);
        let refreshes = refusal.status == 401 && refusal.again == 0;
        self.begin(refusal.status, challenge, weak, refreshes);
    }

    /// What is to be done now; what is to be sent waits while a token is renewed.
    pub(super) fn unless_renewing(&mut self, order: Outgoing) -> Option<Outgoing> {
        let sends = |order: &Outgoing| matches!(order, Outgoing::Frame(_) | Outgoing::Raw(_));
        if sends(&order) && self.desk.as_ref().is_some_and(Desk::is_stale) {
            self.begin(0, None, None, true);
        }
        match &mut self.desk {
            Some(desk)
                if desk.is_renewing && (sends(&order) || matches!(order, Outgoing::Abandon(_))) =>
            {
                desk.queue.push_back(order);
                None
            }
            _ => Some(order),
        }
    }

    fn begin(
        &mut self,
        status: u16,
        challenge: Option<auth::Challenge>,
        weak: Option<Tokens>,
        refreshes: bool,
    ) {
        let Some(desk) = &mut self.desk else { return };
        let Some(chance) = chance() else {
            return self.stop("this system has no randomness to log in with", None);
        };
        desk.attempts += 1;
        desk.count += 1;
        let mut keys = desk
            .shelf
            .as_ref()
            .map(|shelf| (shelf.read)())
            .unwrap_or_default();
        keys.fill(&desk.own);
        if let Some(tokens) = &desk.tokens {
            keys.put_tokens(tokens.clone());
        }
        let is_bound = challenge
            .as_ref()
            .is_some_and(|challenge| challenge.is("dpop"));
        if is_bound && desk.proofs.is_none() {
            desk.proofs = Proofs::new().map(Arc::new);
        }
        let mut settings = desk.settings.clone();
        desk.is_renewing = status == 0;
        if desk.is_renewing {
            // The old one still does; nobody is to be bothered.
            settings.person = Person::Nobody;
        }
        let mut flow = Flow::new(Setup {
            server: desk.server.clone(),
            settings,
            keys,
            status,
            challenge,
            weak,
            refreshes,
            attempt: desk.count,
            chance,
            proofs: desk.proofs.clone(),
        });
        let outputs = flow.begin();
        desk.flow = Some(flow);
        self.told.push_back(LinkEvent::Held(true));
        self.follow(outputs);
    }

    /// Does what a flow says.
    fn follow(&mut self, outputs: Vec<auth::Output>) {
        for output in outputs {
            match output {
                auth::Output::Hop(hop) => self.told.push_back(LinkEvent::Login(hop)),
                auth::Output::Fetch(fetch) => self.ask(fetch, false),
                auth::Output::Listen(port) => {
                    let Some(desk) = &mut self.desk else { return };
                    let page = callback::open(port, desk.back.clone());
                    let url = page.url.clone();
                    desk.page = Some(page);
                    self.tell_flow(|flow| flow.listening(&url));
                }
                auth::Output::Visit(url) => self.visit(url),
                auth::Output::Client(issuer, client) => {
                    if let Some(desk) = &mut self.desk {
                        match &client {
                            Some(client) => desk.own.put_client(&issuer, client.clone()),
                            None => desk.own.drop_client(&issuer),
                        }
                    }
                    let keep = Keep::Client(issuer, client);
                    self.told.push_back(LinkEvent::Keep(keep));
                }
                auth::Output::Done(tokens) => {
                    let keep = Keep::Tokens(tokens.clone());
                    self.told.push_back(LinkEvent::Keep(keep));
                    if let Some(desk) = &mut self.desk {
                        let refreshed = desk.flow.as_ref().is_some_and(Flow::has_refreshed);
                        desk.take(*tokens, !refreshed);
                        if refreshed {
                            desk.renewed();
                        }
                    }
                    self.login_over();
                    self.go_on();
                }
                auth::Output::Failed { what, hint } => {
                    if let Some(desk) = &mut self.desk
                        && desk.is_renewing
                    {
                        desk.unrenewable = Some(desk.generation);
                    }
                    self.login_over();
                    let outputs = self.courier.not_logged_in(&what, hint.as_deref());
                    self.act(outputs);
                }
            }
        }
    }

    /// Tells the flow what happened, and does what it says to that.
    fn tell_flow(&mut self, tell: impl FnOnce(&mut Flow) -> Vec<auth::Output>) {
        let outputs = self
            .desk
            .as_mut()
            .and_then(|desk| desk.flow.as_mut())
            .map(tell);
        self.follow(outputs.unwrap_or_default());
    }

    /// The flow is over: what it kept busy goes on.
    fn login_over(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        (desk.flow, desk.asked, desk.page) = (None, None, None);
        desk.is_renewing = false;
        let queue = std::mem::take(&mut desk.queue);
        self.told.push_back(LinkEvent::Visit(None));
        self.told.push_back(LinkEvent::Held(false));
        for order in queue {
            self.obey(order);
        }
    }

    /// Sends anew what waited for a token.
    fn go_on(&mut self) {
        let outputs = self.courier.logged_in();
        self.act(outputs);
    }

    /// No login is tried, or tried again.
    fn stop(&mut self, what: &str, hint: Option<&str>) {
        self.told.push_back(LinkEvent::Login(auth::Hop::Failed {
            what: what.to_owned(),
            hint: hint.map(str::to_owned),
        }));
        let outputs = self.courier.not_logged_in(what, hint);
        self.act(outputs);
    }

    fn visit(&mut self, url: url::Url) {
        let person = self.desk.as_ref().map(|desk| desk.settings.person);
        if person == Some(Person::Follow) {
            let fetch = Fetch {
                verb: Verb::Get,
                url,
                headers: Vec::new(),
                body: None,
                why: "browser",
            };
            return self.ask(fetch, true);
        }
        let url = Secret::new(url.to_string());
        self.told.push_back(LinkEvent::Visit(Some(url)));
    }

    /// Makes a request of the login's own.
    fn ask(&mut self, fetch: Fetch, is_visit: bool) {
        let exchange = self.courier.number();
        let body = fetch.body.as_ref().map(|body| body.reveal().as_bytes());
        self.step(Step::Request {
            exchange,
            verb: fetch.verb.word().to_owned(),
            url: auth::masked_url(&fetch.url),
            headers: auth::masked_headers(&fetch.headers, &[]),
            size: body.map_or(0, |body| body.len() as u64),
            frame: None,
            why: fetch.why.to_owned(),
            follows: None,
        });
        let request = Request {
            exchange,
            verb: fetch.verb,
            url: fetch.url,
            headers: Vec::new(),
            body: body.map(Into::into),
            frame: None,
            credentials: false,
            why: fetch.why,
            follows: None,
        };
        let task = exchange::begin(&self.client, request, fetch.headers, self.pieces_in.clone());
        let open = Open {
            task,
            began: tokio::time::Instant::now(),
            reading: Reading::Whole(Vec::new()),
            size: 0,
        };
        self.open.insert(exchange, open);
        if let Some(desk) = &mut self.desk {
            desk.asked = Some(Asked {
                exchange,
                is_visit,
                status: 0,
                headers: Vec::new(),
                body: Vec::new(),
            });
        }
    }

    /// Something of an exchange of the login's own came.
    pub(super) fn login_piece(&mut self, exchange: u32, piece: Piece) {
        let (Some(desk), Some(open)) = (&mut self.desk, self.open.get_mut(&exchange)) else {
            return;
        };
        let Some(asked) = &mut desk.asked else { return };
        match piece {
            Piece::Head(head) => {
                asked.status = head.status;
                asked.headers.clone_from(&head.headers);
                let first_byte = open.began.elapsed().as_micros() as u64;
                self.step(Step::Response {
                    exchange,
                    status: head.status,
                    version: head.version,
                    headers: auth::masked_headers(&head.headers, &[]),
                    remote: head.remote,
                    dns: head.opening.dns,
                    connect: head.opening.connect,
                    tls: head.opening.tls,
                    first_byte,
                });
            }
            Piece::Chunk(bytes) => {
                open.size += bytes.len() as u64;
                // A page for people has no end that matters here.
                if !asked.is_visit {
                    asked.body.extend_from_slice(&bytes);
                }
                if asked.body.len() > LONGEST {
                    self.login_broken(exchange, "the answer is longer than 1 MiB");
                }
            }
            Piece::End(Some(loss)) => self.login_broken(exchange, &loss.what),
            Piece::End(None) => {
                let Some(asked) = desk.asked.take() else {
                    return;
                };
                self.end(exchange, None, None);
                if asked.is_visit {
                    return match headers::value(&asked.headers, "location") {
                        Some(location) => self.came_back(location),
                        None => self.give_up(&format!(
                            "the address to visit answered {} and sends nobody back",
                            asked.status
                        )),
                    };
                }
                self.tell_flow(|flow| {
                    flow.answered(now(), exchange, asked.status, &asked.headers, &asked.body)
                });
            }
        }
    }

    fn login_broken(&mut self, exchange: u32, what: &str) {
        self.end(exchange, Some(what.to_owned()), None);
        let is_visit = self.desk.as_mut().and_then(|desk| desk.asked.take());
        if is_visit.is_some_and(|asked| asked.is_visit) {
            return self.give_up(what);
        }
        self.tell_flow(|flow| flow.unreachable(now(), exchange, what));
    }

    /// Somebody was sent back from the browser, or pasted where they were sent.
    pub(super) fn came_back(&mut self, text: &str) {
        self.tell_flow(|flow| flow.came_back(now(), text));
    }

    /// Nobody wants to log in any more.
    pub(super) fn give_up(&mut self, what: &str) {
        self.tell_flow(|flow| flow.give_up(what));
    }
}
