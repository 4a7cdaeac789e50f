//! Stopping, crashing, and going on.

use crate::rig::*;

#[tokio::test(start_paused = true)]
async fn stopping_hands_held_notices_back_at_once() {
    let rig = Rig::new(interrupted(2));
    let operator = rig.operate();
    rig.secs(60).await;
    assert_eq!(rig.depth(QUEUE), (0, 2));
    let asked_at = rig.clock.now();
    let handed_back = async {
        rig.secs(1).await;
        assert_eq!(rig.depth(QUEUE), (2, 0), "the next one to ask gets them, before the last long poll has ended");
    };
    tokio::join!(operator.stop(), handed_back);
    assert!(rig.clock.now().duration_since(asked_at).as_secs() < 20);
    assert_eq!(rig.depth(QUEUE), (2, 0), "and what that poll was given came back as well");
    let calls = rig.calls("ReceiveMessage");
    rig.secs(60).await;
    assert_eq!(rig.calls("ReceiveMessage"), calls, "nobody goes on receiving");
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_another_operator_takes_the_case_to_its_end() {
    for crash_after in [31, 32, 33, 40, 80, 110] {
        let rig = Rig::new(interrupted(1));
        let first = rig.operate();
        rig.secs(crash_after).await;
        first.crash().await;
        let _second = rig.operate();
        rig.secs(400 - crash_after).await;
        assert_eq!(rig.calls("DetachInstances"), 1, "one replacement, crashed after {crash_after} s");
        let truth = rig.sim.truth().interruptions.pop().unwrap();
        assert_eq!(truth.graceful, truth.tasks_at_notice, "crashed after {crash_after} s");
        assert_eq!(rig.depth(QUEUE), (0, 0), "crashed after {crash_after} s");
        assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
        assert_eq!(rig.outcomes(), ["handed_over"], "crashed after {crash_after} s");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_crash_near_the_deadline_the_notice_is_history_and_nothing_is_done_again() {
    let rig = Rig::new(interrupted(1));
    let first = rig.operate();
    rig.secs(140).await;
    first.crash().await;
    let _second = rig.operate();
    rig.secs(260).await;
    assert_eq!((rig.calls("DetachInstances"), rig.depth(QUEUE)), (1, (0, 0)));
    assert_eq!(rig.outcomes(), [""; 0], "nobody was there to see the end");
}

#[tokio::test(start_paused = true)]
async fn two_operators_on_one_queue_do_nothing_twice() {
    let rig = Rig::new(interrupted(3));
    let (_first, _second) = (rig.operate(), rig.operate());
    rig.secs(400).await;
    assert_eq!(rig.outcomes().len(), 3);
    assert_eq!((rig.members().len(), rig.sim.group(GROUP).unwrap().desired), (6, 6));
    assert_eq!(rig.depth(QUEUE), (0, 0));
}
