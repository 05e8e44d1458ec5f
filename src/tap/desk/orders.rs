//! What a tap does when it is told to.

use std::sync::atomic::Ordering;

use super::super::control::words::{self, Command, Refusal};
use super::super::control::{Held, Verdict};
use super::super::faults::Rules;
use super::{Outlet, Shared, catch_up};
use crate::json::{self, quote};
use crate::jsonrpc::{self, Frame, Kind};
use crate::mask::{Missing, Secrets};
use crate::mcp::asked::again;
use crate::session::Direction;
use crate::session::timeline::Timeline;

/// Why a frame that nobody decided about goes on.
const LEFT: &str = "who held it is gone";
const CLEARED: &str = "its rule was taken away";

impl Shared {
    /// Does what a controller says, and tells what came of it as raw JSON. May block: who is to get a frame need not
    /// read it.
    pub fn obey(&self, controller: u64, command: Command) -> Result<String, Refusal> {
        match command {
            Command::Rule { text, keep } => {
                let owner = (!keep).then_some(controller);
                let number = self.add(&text, owner)?;
                Ok(format!("{{\"rule\":{number}}}"))
            }
            Command::Rules => Ok(self.rules()),
            Command::Clear(which) => {
                let gone = self.remove(|number, _| which.is_none_or(|wanted| wanted == number));
                if let Some(number) = which.filter(|_| gone.is_empty()) {
                    return Err(Refusal {
                        what: format!("there is no rule {number}"),
                        hint: Some("mcpscope tap control rules lists them".to_owned()),
                    });
                }
                self.loosen(&gone, CLEARED);
                Ok(format!("{{\"removed\":{}}}", gone.len()))
            }
            Command::List | Command::Wait(_) => Ok(self.list()),
            Command::Show(frame) => self.show(frame),
            Command::Release(Some(frame)) => self.let_go(frame, Verdict::Pass),
            Command::Release(None) => {
                let held = self.desk().queue.all().len();
                self.release(|_| true, "all were released");
                Ok(format!("{{\"released\":{held}}}"))
            }
            Command::Instead(frame, text) => {
                let mut body = self.restored(text.as_bytes())?;
                if body.contains(&b'\n') {
                    json::check(&body).map_err(|problem| Refusal {
                        what: format!("more than one line, and no JSON: {}", problem.what),
                        hint: None,
                    })?;
                    body = json::one_line(&body);
                }
                self.let_go(frame, Verdict::Instead(body))
            }
            Command::Drop(frame) => self.let_go(frame, Verdict::Drop),
            Command::Answer(frame, answer) => {
                let answer = self.answer(frame, &answer)?;
                self.let_go(frame, Verdict::Answer(answer))
            }
        }
    }

    /// Waits until so many frames are held; then tells them.
    pub async fn wait(&self, held: usize) -> Result<String, Refusal> {
        let mut news = self.held.subscribe();
        match news.wait_for(|now| *now >= held).await {
            Ok(_) => Ok(self.list()),
            Err(_) => Err("the tap ends".into()),
        }
    }

    /// A controller is gone: so are its rules, and what they hold goes on.
    pub fn left(&self, controller: u64) {
        let gone = self.remove(|_, owner| owner == Some(controller));
        self.loosen(&gone, LEFT);
    }

    fn add(&self, text: &str, owner: Option<u64>) -> Result<u32, Refusal> {
        // What is wrong with it is told before the session is read.
        let mut tried = Rules::over(Timeline::default());
        tried.add(text, self.over, None)?;
        let fold = if self.has_rules() { None } else { self.fold() };
        let mut desk = self.desk();
        if desk.rules.is_none() {
            let mut timeline = Timeline::default();
            if let Some((begun, mut reading)) = fold {
                timeline = begun;
                catch_up(&mut timeline, &mut reading);
            }
            desk.rules = Some(Rules::over(timeline));
        }
        let number = match &mut desk.rules {
            Some(rules) => rules.add(text, self.over, owner)?,
            None => 0,
        };
        desk.note_rules();
        self.ruled.store(true, Ordering::Release);
        Ok(number)
    }

    fn remove(&self, which: impl Fn(u32, Option<u64>) -> bool) -> Vec<u32> {
        let mut desk = self.desk();
        let gone = match &mut desk.rules {
            Some(rules) => rules.remove(which),
            None => Vec::new(),
        };
        if !gone.is_empty() {
            desk.note_rules();
        }
        self.settle(&mut desk);
        gone
    }

    fn rules(&self) -> String {
        let desk = self.desk();
        let told = desk.rules.as_ref().map(Rules::told).unwrap_or_default();
        words::rules(&told)
    }

    fn list(&self) -> String {
        // Long frames are read while others pass.
        let seen: Vec<Held<()>> = self.desk().queue.all().iter().map(Held::seen).collect();
        let each = seen.iter().map(|held| format!("{{{}}}", words::held(held)));
        let each: Vec<String> = each.collect();
        format!("[{}]", each.join(","))
    }

    fn secrets(&self) -> Secrets {
        self.desk().recorder.bodies().secrets().clone()
    }

    /// The frame, masked as it was recorded.
    fn show(&self, frame: u64) -> Result<String, Refusal> {
        let (secrets, held, server) = {
            let desk = self.desk();
            let held = desk.queue.get(frame).ok_or_else(|| not_held(frame))?;
            let secrets = desk.recorder.bodies().secrets().clone();
            (secrets, held.seen(), desk.server.clone())
        };
        let exact = std::str::from_utf8(&held.body).is_ok();
        let text = String::from_utf8_lossy(&held.body);
        let masked = secrets.mask_text(&text, &server);
        let text = masked.as_deref().unwrap_or(&text);
        Ok(format!(
            "{{{},\"exact\":{exact},\"body\":{}}}",
            words::held(&held),
            quote(text)
        ))
    }

    /// What somebody typed, with its masks undone.
    fn restored(&self, raw: &[u8]) -> Result<Vec<u8>, Refusal> {
        let restored = self.secrets();
        let restored = restored.restore(raw, None);
        let told = |missing: Missing| Refusal {
            hint: Some("type the value itself".to_owned()),
            what: missing.to_string(),
        };
        Ok(restored.map_err(told)?.into_owned())
    }

    fn let_go(&self, frame: u64, verdict: Verdict) -> Result<String, Refusal> {
        if !self.decide(frame, verdict, None) {
            return Err(not_held(frame));
        }
        Ok(format!("{{\"frame\":{frame}}}"))
    }

    /// The whole answer to a request that is held.
    fn answer(&self, frame: u64, answer: &Result<String, String>) -> Result<Vec<u8>, Refusal> {
        let (Ok(raw) | Err(raw)) = answer;
        let raw = self.restored(raw.as_bytes())?;
        json::check(&raw).map_err(|problem| format!("the answer is no JSON: {}", problem.what))?;
        let raw = json::one_line(&raw);
        let raw = String::from_utf8_lossy(&raw);
        let (held, is_http) = {
            let desk = self.desk();
            let held = desk.queue.get(frame).ok_or_else(|| not_held(frame))?;
            (held.seen(), matches!(held.outlet, Outlet::Exchange(_)))
        };
        let wanted = Some(&held).filter(|held| held.direction == Direction::In);
        if let Some(keys) = wanted.and_then(|held| again::wanted(&held.body)) {
            let refused = |what: String, hint: &str| Refusal {
                what,
                hint: Some(hint.to_owned()),
            };
            if answer.is_err() {
                return Err(refused(
                    format!("#{frame} wants input, which no error gives"),
                    "{\"KEY\": {\"action\": \"decline\"}} declines an elicitation",
                ));
            }
            if let Some(why) = again::misfit(&keys, raw.as_bytes()) {
                let keys: Vec<String> = keys.iter().map(|key| quote(key)).collect();
                let hint = format!("#{frame} asks by the name of {}", keys.join(", "));
                return Err(refused(format!("#{frame} is not answered: {why}"), &hint));
            }
            if !is_http {
                return self.once_more(frame, &held.body, &raw);
            }
            return Ok(raw.into_owned().into_bytes());
        }
        let read = jsonrpc::read(&held.body);
        let Frame::One(message) = &read else {
            return Err(format!("#{frame} is no single request, so nothing answers it").into());
        };
        let id = message
            .id
            .as_ref()
            .filter(|_| message.kind == Kind::Request);
        let id = id.ok_or_else(|| format!("#{frame} is no request, so nothing answers it"))?;
        let text = match answer {
            Ok(_) => jsonrpc::result(id, &raw),
            Err(_) => format!(
                "{{\"jsonrpc\":\"2.0\",\"id\":{},\"error\":{raw}}}",
                id.to_json()
            ),
        };
        Ok(text.into_bytes())
    }
}

fn not_held(frame: u64) -> Refusal {
    Refusal {
        what: format!("#{frame} is not held, or no longer"),
        hint: Some("mcpscope tap control list tells what is".to_owned()),
    }
}
