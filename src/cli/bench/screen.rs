//! What stands on the terminal while a load goes on: the newest second, and how it went so far as two lines of blocks.

use std::time::Duration;

use super::report::{precise, thousands};
use crate::bench::{Figures, Second};

/// Seconds that are drawn.
const WIDTH: usize = 50;
/// A block for each eighth of the height.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The lines. `title` is sanitised and ends with a blank, or is empty.
pub fn lines(figures: &Figures, title: &str) -> Vec<String> {
    let seconds = &figures.seconds;
    let Some(last) = seconds.last() else {
        return vec![format!("{title}waiting for the first answers")];
    };
    let shown = &seconds[seconds.len().saturating_sub(WIDTH)..];
    let answered: Vec<f64> = shown.iter().map(|second| second.answered as f64).collect();
    let slow: Vec<f64> = shown
        .iter()
        .map(|second| second.p99.as_secs_f64())
        .collect();
    let most = seconds.iter().map(|second| second.answered).max();
    let slowest = seconds.iter().map(|second| second.p99).max();
    vec![
        format!("{title}{}", newest(seconds.len(), last)),
        format!(
            "  a second {} most {}",
            plot(&answered),
            thousands(most.unwrap_or_default())
        ),
        format!(
            "  p99      {} most {}",
            plot(&slow),
            precise(slowest.unwrap_or(Duration::ZERO))
        ),
    ]
}

fn newest(count: usize, second: &Second) -> String {
    let failed = match second.failed {
        0 => String::new(),
        failed => format!(", {} failed", thousands(failed)),
    };
    format!(
        "{count} s: {} answers a second{failed}, p50 {}, p99 {}",
        thousands(second.answered),
        precise(second.p50),
        precise(second.p99)
    )
}

/// One block for each value, the highest of full height.
pub fn plot(values: &[f64]) -> String {
    let most = values.iter().copied().fold(0.0, f64::max);
    let block = |value: f64| {
        let part = if most > 0.0 { value / most } else { 0.0 };
        BLOCKS[((part * 8.0).ceil() as usize).clamp(1, 8) - 1]
    };
    values.iter().map(|value| block(*value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_fills_its_cell_and_nothing_is_drawn_outside() {
        assert_eq!(plot(&[0.0, 1.0, 4.0, 8.0]), "▁▁▄█");
        assert_eq!(plot(&[0.0, 0.0]), "▁▁");
        assert_eq!(plot(&[]), "");
    }

    #[test]
    fn only_the_last_minute_is_drawn() {
        let second = Second {
            answered: 1_200,
            failed: 2,
            p50: Duration::from_micros(80),
            p99: Duration::from_micros(1_250),
        };
        let figures = Figures {
            seconds: vec![second; 100],
            ..Figures::default()
        };
        let lines = lines(&figures, "");
        assert_eq!(
            lines[0],
            "100 s: 1,200 answers a second, 2 failed, p50 80 µs, p99 1.25 ms"
        );
        assert_eq!(lines[1].matches('█').count(), WIDTH);
        assert!(lines.iter().all(|line| line.chars().count() < 80));
    }
}
