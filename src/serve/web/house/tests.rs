//! Sessions that nobody ends.

use super::*;
use crate::recorder::Recorder;
use crate::script::{Manners, Rules, Script};
use crate::serve::Serving;
use crate::transport::stdio::StdioOptions;
use crate::transport::{Spawn, Target};

const ASKS: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

/// A house whose live servers say nothing, and who leaves there.
///
/// With `ids` streams can be taken up again.
fn house(
    ids: bool,
) -> (
    Arc<House>,
    mpsc::UnboundedReceiver<super::super::super::live::News>,
) {
    let mut script = Script::default();
    script.http = Some(Manners {
        sessions: true,
        ids,
        ..Manners::default()
    });
    let cat = Spawn {
        program: "sleep".into(),
        args: vec!["60".into()],
        cwd: None,
        env: Vec::new(),
        secrets: Vec::new(),
    };
    let (offer, book, news) = Offer::of(Serving {
        script: Arc::new(script),
        rules: Rules {
            forwards: true,
            ..Rules::default()
        },
        live: Some((Target::Process(cat), StdioOptions::default())),
        recorder: Recorder::unnamed().unwrap(),
        told: String::new(),
    });
    let mut house = House::new(offer, book, "127.0.0.1:1".parse().unwrap());
    // Everything is due at once: only that somebody waits keeps a session.
    house.idle_us = 0;
    (Arc::new(house), news)
}

#[cfg(unix)]
#[tokio::test]
async fn a_session_left_alone_lets_its_live_server_go_but_not_while_somebody_waits() {
    left_alone(false).await;
}

#[cfg(unix)]
#[tokio::test]
async fn whose_stream_could_be_taken_up_again_is_left_alone_too() {
    left_alone(true).await;
}

#[cfg(unix)]
async fn left_alone(ids: bool) {
    let (house, mut news) = house(ids);
    let key = house.key(None, true, false).unwrap();
    let exchange = house.begin(&key, "POST", "/mcp", &HeaderMap::new(), Some(ASKS));
    let (pieces, mut heard) = mpsc::unbounded_channel();
    let asked = house.hear(&key, &[ASKS], exchange, &pieces);
    let runs: Vec<u64> = asked.iter().map(|one| one.run).collect();
    let timer = tokio::spawn(Arc::clone(&house).keep_time());
    // Somebody waits; whatever is due meanwhile is not this session's end.
    for _ in 0..100 {
        house.wake();
        tokio::task::yield_now().await;
    }
    assert!(house.rooms().guests.contains_key(&key));
    assert!(heard.try_recv().is_err());
    // Nobody waits any more, and nobody comes back: the live server is asked to leave, and does.
    drop(heard);
    house.gone(&key, false, &runs);
    let left = async {
        while let Some((conn, event)) = news.recv().await {
            let is_over = matches!(event, LinkEvent::Exited { .. });
            house.news(conn, event);
            if is_over {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), left)
        .await
        .unwrap();
    assert!(house.rooms().guests.is_empty());
    assert!(house.rooms().leaving.is_empty());
    timer.abort();
}
