use super::super::errand::Rank;
use super::*;

const SIZE: Size = Size { burst: 10.0, rate: 10.0, growth: 1.0 };

fn clock() -> Clock {
    Clock::simulated(Timestamp::UNIX_EPOCH, 1.0)
}

async fn spend(queue: &Arc<Queue>, errand: &Errand) -> Result<(), NotSent> {
    queue.token(errand).await.map(Token::spend)
}

async fn emptied(clock: &Clock) -> Arc<Queue> {
    let queue = Queue::new(SIZE, clock);
    for _ in 0..10 {
        spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
    }
    assert_eq!(clock.elapsed(), Duration::ZERO);
    queue
}

fn at(seconds: i64) -> Option<Timestamp> {
    Some(Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn the_most_urgent_goes_first_and_then_the_earliest() {
    let clock = clock();
    let queue = emptied(&clock).await;
    let gone = Mutex::new(Vec::new());
    let go = async |name: &'static str, errand: Errand| {
        spend(&queue, &errand).await.unwrap();
        gone.lock().unwrap().push(name);
    };
    let urgent = |rank| Errand::new(Lane::Urgent(rank));
    tokio::join!(
        go("background", Errand::new(Lane::Background)),
        go("soon", Errand::new(Lane::Soon)),
        go("stop at 9", urgent(Rank::Third).by(at(9))),
        go("stop at 8", urgent(Rank::Third).by(at(8))),
        go("mark", urgent(Rank::Second).by(at(1))),
        go("drain, some time", urgent(Rank::First)),
        go("drain by 7", urgent(Rank::First).by(at(7))),
        go("drain by 6", urgent(Rank::First).by(at(6))),
    );
    let expected =
        ["drain by 6", "drain by 7", "drain, some time", "mark", "stop at 8", "stop at 9", "soon", "background"];
    assert_eq!(*gone.lock().unwrap(), expected);
    // Seven tokens at ten a second, and two more that the background leaves alone.
    assert_eq!(clock.elapsed().as_millis(), 700 + 300);
}

#[tokio::test(start_paused = true)]
async fn the_background_leaves_a_floor_to_others() {
    let clock = clock();
    let queue = Queue::new(SIZE, &clock);
    for _ in 0..8 {
        spend(&queue, &Errand::new(Lane::Background)).await.unwrap();
    }
    let ninth = async {
        spend(&queue, &Errand::new(Lane::Background)).await.unwrap();
        clock.elapsed().as_millis()
    };
    let others = async {
        spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
        spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
        clock.elapsed().as_millis()
    };
    assert_eq!(tokio::join!(ninth, others), (300, 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_of_no_use_any_more_is_dropped_when_its_time_has_come() {
    let clock = clock();
    let queue = Queue::new(Size { burst: 1.0, rate: 0.1, growth: 1.0 }, &clock);
    spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
    let errand = Errand::new(Lane::Soon).until(at(3));
    assert_eq!(spend(&queue, &errand).await, Err(NotSent::TooLate));
    assert_eq!(clock.elapsed().as_secs(), 3);
    assert_eq!(spend(&queue, &errand).await, Err(NotSent::TooLate), "nor is it begun later");
    assert_eq!(clock.elapsed().as_secs(), 3);
    assert_eq!(queue.reading().dropped, BTreeMap::from([(NotSent::TooLate, 2)]));
    spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
    assert_eq!(clock.elapsed().as_secs(), 10, "who is dropped takes no token");
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_a_minute() {
    let clock = clock();
    let queue = Queue::new(Size { burst: 1.0, rate: 0.001, growth: 1.0 }, &clock);
    spend(&queue, &Errand::new(Lane::Soon)).await.unwrap();
    assert_eq!(spend(&queue, &Errand::new(Lane::Urgent(Rank::First))).await, Err(NotSent::Waited));
    assert_eq!(clock.elapsed(), WAIT_MAX);
}

#[tokio::test(start_paused = true)]
async fn who_stops_waiting_lets_the_next_one_go() {
    let clock = clock();
    let queue = emptied(&clock).await;
    let urgent = Errand::new(Lane::Urgent(Rank::First));
    let impatient = clock.timeout(Duration::from_millis(50), spend(&queue, &urgent));
    let soon = Errand::new(Lane::Soon);
    let patient = async {
        spend(&queue, &soon).await.unwrap();
        clock.elapsed().as_millis()
    };
    assert_eq!(tokio::join!(impatient, patient), (None, 100));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_is_not_spent_is_the_next_ones() {
    let clock = clock();
    let queue = emptied(&clock).await;
    let soon = Errand::new(Lane::Soon);
    let token = queue.token(&soon).await.unwrap();
    let wait = spend(&queue, &soon);
    let give_up = async { drop(token) };
    let (result, ()) = tokio::join!(wait, give_up);
    result.unwrap();
    assert_eq!(clock.elapsed().as_millis(), 100);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_wait_in_order_and_all_get_through() {
    let clock = clock();
    let queue = Queue::new(Size { burst: 1.0, rate: 1000.0, growth: 1.0 }, &clock);
    let mut crowd = tokio::task::JoinSet::new();
    for number in 0..10_000_i64 {
        let (queue, clock) = (Arc::clone(&queue), clock.clone());
        crowd.spawn(async move {
            spend(&queue, &Errand::new(Lane::Soon).by(at(10_000 - number))).await.unwrap();
            (clock.elapsed(), number)
        });
    }
    let mut gone = crowd.join_all().await;
    gone.sort();
    assert!(clock.elapsed() <= Duration::from_millis(10_100), "{:?}", clock.elapsed());
    let order: Vec<i64> = gone.iter().skip(1).map(|(_, number)| *number).collect();
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "the last ones were the most urgent");
    let reading = queue.reading();
    assert_eq!(reading.sent, BTreeMap::from([(Lane::Soon, 10_000)]));
    assert_eq!((reading.waiting.len(), reading.waits[&Lane::Soon]), (0, 9_999));
}
