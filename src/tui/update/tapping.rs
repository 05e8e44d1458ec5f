//! A tap whose recording is looked at, told what to do; and what its client sends beside what we send.

use super::{Model, go, replay, say};
use crate::recording::calls::CallAt;
use crate::session::timeline::{EntryIndex, ExchangeIndex, Timeline};
use crate::tap::control::words::Command;
use crate::tap::faults::{FAULTS, FaultRow, Over, Rules};
use crate::tui::action::{Action, Scope};
use crate::tui::effect::Effect;
use crate::tui::effect::comparison::Comparison;
use crate::tui::effect::tapping::Telling;
use crate::tui::model::{Overlay, Purpose};
use crate::tui::overlays::sheet::Sheet;
use crate::tui::pane::{Go, View};

/// Exchanges that are looked through for one of ours.
const BOUND: usize = 100_000;

/// Does an action of a tap; none when it is not one.
pub(super) fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    if action.row().scope != Scope::Tap {
        return None;
    }
    Some(match action {
        Action::HoldFrames => {
            let filter = model.panes.traffic.filter().to_owned();
            let hint = "method:elicitation/create; with none, every frame";
            let sheet = Sheet::new("HOLD FRAMES", "hold").with("filter", &filter, hint);
            model.overlays.push(Overlay::Sheet(sheet, Purpose::Hold));
            Vec::new()
        }
        Action::BreakFrames => {
            let hint = "delay=2s:method:tools/call, drop:dir:in …";
            let over = over(model);
            let fits = |row: &&FaultRow| row.over == Over::Any || row.over == over;
            let rows = FAULTS.iter().filter(fits);
            let proposals = rows.map(|row| (row.word.to_owned(), row.sentence()));
            let sheet = Sheet::new("BREAK ON PURPOSE", "break")
                .with("fault", "", hint)
                .proposing(proposals.collect());
            model.overlays.push(Overlay::Sheet(sheet, Purpose::Break));
            Vec::new()
        }
        Action::HeldFrames => go(model, Go::View(View::Held)),
        Action::ReleaseAll => tell(model, Command::Release(None)),
        Action::ClearRules => tell(model, Command::Clear(None)),
        Action::CompareOurs => compare(model),
        _ => return None,
    })
}

/// Has the tap do something.
fn tell(model: &mut Model, command: Command) -> Vec<Effect> {
    let socket = model.world.tap().and_then(|tap| tap.control.clone());
    let Some(socket) = socket else {
        return say(model, "this tap has no socket to be told by");
    };
    vec![Effect::Tap(Telling {
        asker: model.world.ctx().ticket(),
        socket,
        command,
    })]
}

/// A filter was typed.
pub(super) fn hold(model: &mut Model, filter: &str) -> Result<Vec<Effect>, String> {
    let rule = match filter.trim() {
        "" => "hold".to_owned(),
        filter => format!("hold:{filter}"),
    };
    ruled(model, rule)
}

/// What the tap stands between.
fn over(model: &Model) -> Over {
    match model.world.tap() {
        Some(tap) if tap.listens.is_some() => Over::Http,
        _ => Over::Stdio,
    }
}

/// A rule was typed.
pub(super) fn ruled(model: &mut Model, text: String) -> Result<Vec<Effect>, String> {
    let over = over(model);
    Rules::over(Timeline::default()).add(&text, over, None)?;
    let effects = tell(model, Command::Rule { text, keep: false });
    Ok(replay::of(model.session, effects))
}

/// The newest exchange that is like another: of the same method, and of the same tool, resource or prompt if there is
/// one.
fn like(timeline: &Timeline, method: &str, subject: &str) -> Option<ExchangeIndex> {
    let all = timeline.exchanges();
    let same = |index: &ExchangeIndex| {
        let exchange = &all[*index as usize];
        timeline.first_round(*index) == *index && timeline.word(exchange.method) == method
    };
    let newest = || {
        (0..all.len() as ExchangeIndex)
            .rev()
            .take(BOUND)
            .filter(same)
    };
    let exact = |index: &ExchangeIndex| timeline.word(all[*index as usize].subject) == subject;
    newest().find(exact).or_else(|| newest().next())
}

/// What the client of the tap sent beside what we sent ourselves.
fn compare(model: &mut Model) -> Vec<Effect> {
    let moment = model.pane().moment(&model.world.ctx());
    let theirs = |entry: EntryIndex| {
        let timeline = &model.world.timeline;
        let index = timeline.exchange_of_request(entry)?;
        let exchange = timeline.exchange(timeline.first_round(index))?;
        let words = (
            timeline.word(exchange.method),
            timeline.word(exchange.subject),
        );
        Some((
            CallAt::of(timeline, index)?,
            words.0.to_owned(),
            words.1.to_owned(),
        ))
    };
    let Some((theirs, method, subject)) = moment.and_then(theirs) else {
        return say(model, "select a request first, in Traffic");
    };
    let ours = model.aside.as_ref().and_then(|aside| {
        let index = like(&aside.timeline, &method, &subject)?;
        Some((
            aside.recorded()?.clone(),
            CallAt::of(&aside.timeline, index)?,
        ))
    });
    let (Some(ours), Some(path)) = (ours, model.world.opened.clone()) else {
        let what = format!(
            "we sent no {method} ourselves in this run: connect a server beside it and send one"
        );
        return say(model, &what);
    };
    go(
        model,
        Go::Diff(Box::new(Comparison::Across(Box::new([
            (path, theirs),
            ours,
        ])))),
    )
}
