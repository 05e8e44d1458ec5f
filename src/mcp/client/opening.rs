//! How a connection opens: the probe, the verdict, the handshake (protocol 2026-07-28 `basic/versioning`; the
//! older revisions' `basic/lifecycle`), and what real servers do instead.

use std::time::Duration;

use super::params::client_info;
use super::{Client, EraChoice, Message, Opening, Output, Over, Purpose, remark};
use crate::json::quote;
use crate::jsonrpc::{self, Id};
use crate::mcp::facts::Detail;
use crate::mcp::revision::{Era, Revision};
use crate::note::Note;

/// Probes have a string id with this beginning, so that a late answer is recognised.
pub(super) const PROBE_ID: &str = "mcpscope-probe-";

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    Idle,
    Probing,
    Initializing,
    Ready,
    /// Nothing is done here: see `Options::bare`.
    Bare,
    Over,
}

pub(super) fn verdict(out: &mut Vec<Output>, era: Era, evidence: &str) {
    out.push(Output::Note(
        Note::Verdict {
            era: era.to_string(),
            evidence: evidence.to_owned(),
        }
        .into(),
    ));
}

impl Client {
    pub(super) fn started(&mut self, now: Duration, out: &mut Vec<Output>) {
        match self.options.era {
            _ if self.options.bare => {
                self.phase = Phase::Bare;
                out.push(Output::Ready);
            }
            _ if self.respawned => self.initialize(now, None, out),
            EraChoice::Legacy => {
                verdict(out, Era::Legacy, "asked for");
                self.initialize(now, None, out);
            }
            EraChoice::Auto | EraChoice::Modern => {
                if self.skips_probe(out) {
                    verdict(out, Era::Legacy, "known from before");
                    self.initialize(now, None, out);
                } else {
                    self.ask(now, out);
                }
            }
        }
    }

    /// Asks which era the server speaks, and says so.
    pub(super) fn ask(&mut self, now: Duration, out: &mut Vec<Output>) {
        let wait = self.probe_wait();
        out.push(Output::Note(
            Note::Probe {
                wait_ms: wait.as_millis() as u64,
            }
            .into(),
        ));
        self.probe(now, out);
    }

    fn probe(&mut self, now: Duration, out: &mut Vec<Output>) {
        self.phase = Phase::Probing;
        self.probes += 1;
        let id = Id::Text(format!("{PROBE_ID}{}", self.probes).into());
        // A server that is forced to be modern gets the time of any request; only the probe proper is short.
        let wait = self.is_patient().then_some(self.options.request_wait);
        self.send(now, id, "server/discover", None, Purpose::Probe, wait, out);
    }

    /// The table of what the probe's answer means.
    pub(super) fn probed(&mut self, now: Duration, message: &Message, out: &mut Vec<Output>) {
        match &message.detail {
            Detail::Result(result) => match result.opening.as_deref() {
                Some(opening) if opening.supported.is_some() => {
                    self.discovered(now, opening.clone(), out);
                }
                _ => self.fall_back(
                    now,
                    "server/discover was answered with something else",
                    None,
                    out,
                ),
            },
            Detail::Error {
                code: Some(-32022),
                supported,
                ..
            } if !supported.is_empty() => {
                let known: Vec<Revision> = supported
                    .iter()
                    .filter_map(|text| text.parse().ok())
                    .collect();
                if known.contains(&Revision::NEWEST_MODERN) {
                    if self.probes < 2 {
                        // Some refuse the first request although they list what it asked for: once more, not for ever.
                        return self.probe(now, out);
                    }
                    return self.fail(
                        "the server refuses 2026-07-28 and lists it as supported",
                        Some("a fault of the server; try --era legacy"),
                        out,
                    );
                }
                self.choose_legacy(
                    now,
                    &known,
                    supported,
                    "server/discover was refused with -32022",
                    out,
                );
            }
            Detail::Error {
                code: Some(code @ (-32020 | -32021)),
                ..
            } => {
                self.found(
                    out,
                    Era::Modern,
                    &format!(
                        "server/discover was refused with {code}, which only a 2026-07-28 server knows"
                    ),
                );
                self.ready_modern(now, None, out);
            }
            Detail::Error { code, .. } => {
                let code = code.map_or_else(|| "an error".to_owned(), |code| code.to_string());
                self.fall_back(
                    now,
                    &format!("server/discover was refused with {code}"),
                    None,
                    out,
                );
            }
            _ => self.fall_back(now, "server/discover got no proper answer", None, out),
        }
    }

    fn discovered(&mut self, now: Duration, opening: Opening, out: &mut Vec<Output>) {
        let listed = opening.supported.clone().unwrap_or_default();
        let known: Vec<Revision> = listed.iter().filter_map(|text| text.parse().ok()).collect();
        if known.contains(&Revision::NEWEST_MODERN) {
            self.found(
                out,
                Era::Modern,
                &format!("server/discover lists {}", listed.join(", ")),
            );
            self.ready_modern(now, Some(opening), out);
        } else {
            self.choose_legacy(now, &known, &listed, "server/discover", out);
        }
    }

    fn choose_legacy(
        &mut self,
        now: Duration,
        known: &[Revision],
        listed: &[String],
        source: &str,
        out: &mut Vec<Output>,
    ) {
        match known
            .iter()
            .filter(|revision| revision.era() == Era::Legacy)
            .max()
        {
            Some(revision) => {
                self.fall_back(
                    now,
                    &format!("{source} lists only {}", listed.join(", ")),
                    Some(*revision),
                    out,
                );
            }
            None => self.fail(
                &format!("the server speaks {}, mcpscope does not", listed.join(", ")),
                Some("a newer mcpscope may"),
                out,
            ),
        }
    }

    pub(super) fn probe_unanswered(&mut self, now: Duration, out: &mut Vec<Output>) {
        let waited = if self.is_patient() {
            self.options.request_wait.as_secs_f64()
        } else {
            self.probe_wait().as_secs_f64()
        };
        if self.options.over == Over::Http {
            return self.fail(
                &format!("no answer to server/discover within {waited} s"),
                Some("over HTTP silence says nothing of the era; --probe-timeout waits longer, --era legacy does not ask"),
                out,
            );
        }
        self.fall_back(
            now,
            &format!("no answer to server/discover within {waited} s"),
            None,
            out,
        );
    }

    pub(super) fn fall_back(
        &mut self,
        now: Duration,
        evidence: &str,
        revision: Option<Revision>,
        out: &mut Vec<Output>,
    ) {
        if self.options.era == EraChoice::Modern {
            verdict(out, Era::Legacy, evidence);
            return self.fail(
                &format!("not a 2026-07-28 server: {evidence}"),
                Some("--era legacy or --era auto tries the handshake"),
                out,
            );
        }
        self.old(out, evidence);
        self.initialize(now, revision, out);
    }

    pub(super) fn initialize(
        &mut self,
        now: Duration,
        revision: Option<Revision>,
        out: &mut Vec<Output>,
    ) {
        self.phase = Phase::Initializing;
        self.era = Era::Legacy;
        // Never one of the other era: 2026-07-28 stands in requests, not in `initialize`.
        let revision = self
            .options
            .revision
            .filter(|wanted| wanted.era() == Era::Legacy)
            .or(revision)
            .unwrap_or(Revision::NEWEST_LEGACY);
        let params = format!(
            "{{\"protocolVersion\":{},\"capabilities\":{},\"clientInfo\":{}}}",
            quote(revision.as_str()),
            self.options.capabilities.to_json(revision),
            client_info(revision.has_titles())
        );
        self.declared = self.options.capabilities.clone();
        if !self.declared.is_empty() {
            self.note_capabilities(revision, false, out);
        }
        let id = self.fresh_id();
        self.send(
            now,
            id,
            "initialize",
            Some(&params),
            Purpose::Initialize,
            None,
            out,
        );
    }

    pub(super) fn initialized(&mut self, now: Duration, whole: &Message, out: &mut Vec<Output>) {
        match &whole.detail {
            Detail::Result(result) => {
                let opening = result.opening.as_deref().cloned().unwrap_or_default();
                let version = opening.version.clone().unwrap_or_default();
                match version.parse::<Revision>() {
                    Ok(revision) if revision.era() == Era::Legacy => self.ready_legacy(now, revision, opening, out),
                    _ if self.skipped => {
                        self.doubt("initialize was answered with a version of no handshake", out);
                        self.ask(now, out);
                    }
                    _ => self.fail(
                        &format!("the server answered initialize with version {}, which mcpscope does not speak there", quote(&version)),
                        Some("known handshake versions: 2024-11-05, 2025-03-26, 2025-06-18, 2025-11-25"),
                        out,
                    ),
                }
            }
            Detail::Error {
                code,
                message,
                supported,
                ..
            } => {
                if self.skipped {
                    let code = code.unwrap_or(0);
                    self.doubt(
                        &format!("initialize was refused with {code}: {message}"),
                        out,
                    );
                    return self.ask(now, out);
                }
                let modern = Revision::NEWEST_MODERN.as_str();
                if let Some(opening) = self.late.take().filter(|late| {
                    late.supported
                        .as_ref()
                        .is_some_and(|list| list.iter().any(|text| text == modern))
                }) {
                    self.found(
                        out,
                        Era::Modern,
                        "initialize was refused, and server/discover answered late",
                    );
                    return self.ready_modern(now, Some(opening), out);
                }
                let code = code.unwrap_or(0);
                let hint = if supported.iter().any(|text| text == modern) {
                    "the server speaks 2026-07-28 only; use --era modern or auto".to_owned()
                } else if let Some(more) = self.refused_all(whole) {
                    more.to_owned()
                } else if supported.is_empty() && self.options.over == Over::Http {
                    "look at the answer in Traffic".to_owned()
                } else if supported.is_empty() {
                    "look at the server's stderr and at the answer in Traffic".to_owned()
                } else {
                    format!("the server lists {}", supported.join(", "))
                };
                self.fail(
                    &format!("initialize was refused with {code}: {message}"),
                    Some(&hint),
                    out,
                );
            }
            _ => self.fail("initialize got no proper answer", None, out),
        }
    }

    pub(super) fn initialize_unanswered(&mut self, now: Duration, out: &mut Vec<Output>) {
        if self.skipped {
            self.doubt("initialize was not answered", out);
            return self.ask(now, out);
        }
        if let Some(opening) = self.late.take() {
            self.found(
                out,
                Era::Modern,
                "initialize was not answered, and server/discover answered late",
            );
            return self.ready_modern(now, Some(opening), out);
        }
        let waited = self.options.request_wait.as_secs_f64();
        self.fail(
            &format!("initialize was not answered within {waited} s"),
            Some(match self.options.over {
                Over::Pipe => "is it an MCP server over stdio? Its stderr may say more; --timeout waits longer",
                Over::Http => "is it an MCP server? --timeout waits longer",
            }),
            out,
        );
    }

    fn ready_legacy(
        &mut self,
        now: Duration,
        revision: Revision,
        opening: Opening,
        out: &mut Vec<Output>,
    ) {
        let wanted = self
            .options
            .revision
            .filter(|wanted| wanted.era() == Era::Legacy);
        if let Some(wanted) = wanted.filter(|wanted| *wanted != revision) {
            remark(
                out,
                format!("the server answers in {revision}; {wanted} was asked for"),
            );
        }
        out.push(Output::Send {
            frame: jsonrpc::notification("notifications/initialized", None),
            ticket: None,
            aux: true,
        });
        self.ready(now, revision, Some(opening), out);
    }

    fn ready_modern(&mut self, now: Duration, opening: Option<Opening>, out: &mut Vec<Output>) {
        self.era = Era::Modern;
        if !self.options.capabilities.is_empty() {
            self.note_capabilities(Revision::NEWEST_MODERN, false, out);
        }
        self.ready(now, Revision::NEWEST_MODERN, opening, out);
    }

    fn ready(
        &mut self,
        now: Duration,
        revision: Revision,
        opening: Option<Opening>,
        out: &mut Vec<Output>,
    ) {
        self.phase = Phase::Ready;
        self.revision = revision;
        self.opening = opening;
        out.push(Output::Note(
            Note::Ready {
                revision: revision.to_string(),
            }
            .into(),
        ));
        out.push(Output::Ready);
        for list in self.options.lists.clone() {
            // A server that told nothing of itself is asked for everything; -32601 will say the rest.
            if self
                .opening
                .as_ref()
                .is_none_or(|opening| opening.has(list.capability()))
            {
                self.refresh(now, list, out);
            } else {
                out.push(Output::Listed(list));
            }
        }
        self.subscriptions_ready(now, out);
        for call in std::mem::take(&mut self.queued) {
            self.call(now, call, out);
        }
    }

    pub(super) fn fail(&mut self, what: &str, hint: Option<&str>, out: &mut Vec<Output>) {
        self.phase = Phase::Over;
        out.push(Output::Note(
            Note::Failed {
                what: what.to_owned(),
                hint: hint.map(str::to_owned),
            }
            .into(),
        ));
        self.end_all(out);
        out.push(Output::Failed);
    }
}
