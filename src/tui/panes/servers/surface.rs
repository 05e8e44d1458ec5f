//! What two servers offer, compared: the two that are marked, or the marked one and the selected one, or the only two
//! there are.

use super::ServersPane;
use crate::diff::surface::Catalogue;
use crate::text;
use crate::tui::action::Action;
use crate::tui::effect::comparison::Comparison;
use crate::tui::pane::{Ctx, Go, Reply, Server};

impl ServersPane {
    /// The two that are meant, in the order of the list.
    fn two<'s>(&self, ctx: &Ctx<'s>) -> Option<[&'s Server; 2]> {
        let marked: Vec<usize> = (0..ctx.servers.len())
            .filter(|at| self.marked.contains(&ctx.servers[*at].name))
            .collect();
        let [a, b] = match marked[..] {
            [a, b] => [a, b],
            [one] if one != self.list.selected && self.list.selected < ctx.servers.len() => {
                [one.min(self.list.selected), one.max(self.list.selected)]
            }
            [] | [_] if ctx.servers.len() == 2 => [0, 1],
            _ => return None,
        };
        Some([&ctx.servers[a], &ctx.servers[b]])
    }

    pub(super) fn compare(&self, ctx: &Ctx<'_>) -> Reply {
        let Some(both) = self.two(ctx) else {
            let mark = ctx.keys.word(Action::MarkServer);
            return Reply::say(format!("Mark two servers with {mark} first."));
        };
        let [a, b] = both.map(|server| offered(server, ctx));
        match (a, b) {
            (Ok(a), Ok(b)) => Reply::go(Go::Diff(Box::new(Comparison::Surfaces(Box::new([a, b]))))),
            (Err(why), _) | (_, Err(why)) => Reply::say(why),
        }
    }
}

/// Its name, and what it has told so far; or that it has told nothing.
fn offered(server: &Server, ctx: &Ctx<'_>) -> Result<(String, Catalogue), String> {
    let connection = server
        .conn
        .and_then(|conn| ctx.timeline.state().connection(conn));
    let Some(connection) = connection.filter(|one| one.opening.is_some()) else {
        let name = text::sanitize(&server.name);
        let key = if ctx.live {
            format!("; {} connects it", ctx.keys.word(Action::Connect))
        } else {
            String::new()
        };
        return Err(format!("{name} has told nothing of what it offers{key}"));
    };
    Ok((server.name.clone(), Catalogue::of(connection)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::pane::Pane as _;
    use crate::tui::panes::stream::fixture::Stage;

    fn stage() -> Stage {
        let mut stage = Stage::of(&[
            r#"* {"event":"connect","name":"one","transport":"stdio","era":"auto"}"#,
            r#"@2* {"event":"connect","name":"two","transport":"stdio","era":"auto"}"#,
            r#"~ {"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#,
            r#"< {"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-11-25","capabilities":{"tools":{}},"serverInfo":{"name":"s","version":"1"}}}"#,
        ]);
        let server = |name: &str, conn| Server {
            name: name.to_owned(),
            target: None,
            identity: None,
            origin: String::new(),
            conn,
            starts: 1,
            era: None,
            listed: None,
            watched: Vec::new(),
            pinned: None,
        };
        stage.servers = vec![
            server("one", Some(1)),
            server("two", Some(2)),
            server("three", Some(1)),
        ];
        stage
    }

    #[test]
    fn two_marked_servers_are_compared_by_what_they_offer() {
        let stage = stage();
        let mut pane = ServersPane::default();
        let press = |pane: &mut ServersPane| pane.action(Action::CompareServers, &stage.ctx());
        let said = press(&mut pane).say.unwrap_or_default();
        assert!(said.starts_with("Mark two servers"), "{said}");
        pane.mark("one");
        pane.mark("two");
        let said = press(&mut pane).say.unwrap_or_default();
        assert!(said.starts_with("two has told nothing"), "{said}");
        pane.mark("two");
        pane.mark("three");
        let Some(Go::Diff(what)) = press(&mut pane).go else {
            panic!("nothing is compared");
        };
        let Comparison::Surfaces(both) = *what else {
            panic!("{what:?}");
        };
        let names: Vec<&str> = both.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["one", "three"]);
        assert!(
            both[0]
                .1
                .server
                .iter()
                .any(|(name, _)| *name == "capabilities")
        );
    }
}
