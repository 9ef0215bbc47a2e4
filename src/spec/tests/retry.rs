//! Pauses between attempts.

use std::time::Duration;

use proptest::prelude::*;

use crate::spec::Retry;

fn any_retry() -> impl Strategy<Value = (Retry, Duration, f64, Duration)> {
    (0_u64..100_000, 0_u64..100_000, any::<bool>()).prop_map(|(first, more, doubles)| {
        let first = Duration::from_millis(first);
        let most = first + Duration::from_millis(more);
        if doubles {
            (Retry::exponential().first_pause(first).longest_pause(most), first, 2.0, most)
        } else {
            (Retry::fixed(first), first, 1.0, first)
        }
    })
}

/// What the pause would be without spread.
fn full_pause(first: Duration, factor: f64, most: Duration, attempt: u32) -> f64 {
    let mut pause = first.as_secs_f64();
    for _ in 1..attempt.min(200) {
        pause *= factor;
    }
    pause.min(most.as_secs_f64())
}

proptest! {
    #[test]
    fn a_pause_lies_within_a_quarter_below_the_full_one(
        (retry, first, factor, most) in any_retry(),
        attempt in prop_oneof![0_u32..40, any::<u32>()],
        seed in any::<u64>(),
    ) {
        let pause = retry.pause_after(attempt, seed).as_secs_f64();
        let full = full_pause(first, factor, most, attempt);
        prop_assert!(full * 0.75 - 1e-6 <= pause, "{} of {}", pause, full);
        prop_assert!(pause <= full + 1e-6, "{} of {}", pause, full);
    }

    #[test]
    fn pauses_grow_on_average_and_never_past_the_longest(
        (retry, _, _, most) in any_retry(),
        seed in any::<u64>(),
    ) {
        let mean = |attempt| {
            let pauses = (0..512_u64).map(|run| retry.pause_after(attempt, seed.wrapping_add(run)));
            pauses.sum::<Duration>().as_secs_f64() / 512.0
        };
        let means: Vec<f64> = (1..30).map(mean).collect();
        // Equal pauses differ by their spread only: a hundredth with this many runs.
        prop_assert!(means.windows(2).all(|pair| pair[0] * 0.98 <= pair[1]), "{:?}", means);
        prop_assert!(means.iter().all(|mean| *mean <= most.as_secs_f64()));
    }
}

#[test]
fn runs_that_fail_together_do_not_come_back_together() {
    let retry = Retry::exponential();
    let mut pauses: Vec<Duration> = (0..1000).map(|run| retry.pause_after(3, run)).collect();
    pauses.sort();
    pauses.dedup();
    assert_eq!(pauses.len(), 1000);
    assert!(pauses[0] + Duration::from_secs(9) < *pauses.last().unwrap());
}

#[test]
fn the_same_attempt_of_the_same_run_pauses_the_same() {
    let retry = Retry::default();
    assert_eq!(retry.pause_after(2, 7), retry.pause_after(2, 7));
    assert_eq!(Retry::never().pause_after(1, 7), Duration::ZERO);
    assert_eq!(Retry::never().attempts_max(), 1);
}
