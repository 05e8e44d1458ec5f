//! The steps of a server that is still being looked at: those that ended, and the one that goes on.

use super::{Case, Kind, Step, examine};

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stage {
    /// Whether its surroundings were looked at.
    pub looked: bool,
    /// Whether all lists have come that will.
    pub listed: bool,
    /// Whether its connection is gone.
    pub gone: bool,
    /// Whether what it left behind was looked for.
    pub over: bool,
}

/// The steps that ended, in order, and the one that goes on; none when all ended.
pub fn so_far(case: &Case, stage: Stage) -> (Vec<Step>, Option<Kind>) {
    let mut steps = examine(case);
    if stage.over {
        return (steps, None);
    }
    let first = steps
        .iter()
        .position(|step| !has_ended(step.kind, case, stage));
    match first {
        Some(at) => {
            let kind = steps[at].kind;
            steps.truncate(at);
            (steps, Some(kind))
        }
        None => (steps, None),
    }
}

fn has_ended(kind: Kind, case: &Case, stage: Stage) -> bool {
    let course = &case.course;
    let opened = course.ready.is_some() || stage.gone;
    match kind {
        Kind::Found | Kind::Dns | Kind::Connect | Kind::Tls => stage.looked,
        Kind::Spawned => course.spawned.is_some() || stage.gone,
        Kind::FirstByte => course.first.is_some() || stage.gone,
        // It is told of all lines, and without a first message nothing goes on.
        Kind::Json | Kind::WellKnown | Kind::Auth | Kind::Negotiate => opened,
        Kind::Lists => stage.listed || stage.gone,
        Kind::StdinClose | Kind::Exit => stage.gone,
        Kind::Orphans => stage.over,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::{Program, Said, State};

    fn said(what: &str) -> Said {
        Said {
            us: 3,
            seq: 3,
            what: what.to_owned(),
            hint: None,
        }
    }

    #[test]
    fn steps_appear_as_they_end_and_never_out_of_order() {
        let mut case = Case::default();
        let mut stage = Stage::default();
        let told = |case: &Case, stage| {
            let (steps, goes_on) = so_far(case, stage);
            let kinds: Vec<Kind> = steps.iter().map(|step| step.kind).collect();
            assert!(Kind::STDIO.starts_with(&kinds), "{kinds:?}");
            assert_eq!(goes_on, Kind::STDIO.get(kinds.len()).copied());
            kinds.len()
        };
        assert_eq!(told(&case, stage), 0);
        case.around.program = Some(Program {
            name: "x".to_owned(),
            file: Some("/bin/x".to_owned()),
            executable: true,
            cwd_is_there: true,
            ..Program::default()
        });
        stage.looked = true;
        assert_eq!(told(&case, stage), 1);
        case.course.connected = Some(1);
        case.course.spawned = Some(2);
        assert_eq!(told(&case, stage), 2);
        case.course.first = Some(3);
        case.course.lines = 1;
        assert_eq!(told(&case, stage), 3);
        case.course.ready = Some(said("2025-11-25"));
        assert_eq!(told(&case, stage), 5);
        stage.listed = true;
        assert_eq!(told(&case, stage), 6);
        stage.gone = true;
        assert_eq!(told(&case, stage), 8);
        stage.over = true;
        assert_eq!(told(&case, stage), 9);
    }

    #[test]
    fn what_failed_to_start_is_told_to_the_end_at_once() {
        let mut case = Case::default();
        case.around.program = Some(Program {
            name: "nowhere".to_owned(),
            cwd_is_there: true,
            ..Program::default()
        });
        case.course.start_failed = Some(said("not found"));
        let stage = Stage {
            looked: true,
            gone: true,
            over: true,
            ..Stage::default()
        };
        let (steps, goes_on) = so_far(&case, stage);
        assert_eq!(goes_on, None);
        assert_eq!(steps[0].state, State::Failed);
        assert!(steps[1..].iter().all(|step| step.state == State::Skipped));
    }
}
