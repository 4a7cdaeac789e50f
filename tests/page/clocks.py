"""The clock of the page by itself: it is told times, in milliseconds, and asked for one. Nobody waits for anything."""

# Hears the words, each of the time there and the moment here, and tells the time at a moment.
TELL = """async ([words, at]) => {
    const { Clock } = await import('/page/clock.js');
    const clock = new Clock();
    for (const [time, moment] of words) clock.hear(time, moment);
    return clock.now(at);
}"""

# Asks now and then whether the computer slept, of which it sleeps an hour; then hears one word.
SLEEP = """async () => {
    const { Clock } = await import('/page/clock.js');
    const clock = new Clock();
    for (let at = 0; at < 5_000; at += 1_000) clock.hear(at, at);
    const slept = [[0, 0], [1_000, 1_000], [3_602_000, 2_000], [3_603_000, 3_000]].map((it) => clock.slept(...it));
    clock.hear(3_605_000, 5_000);
    return [slept, clock.now(5_500)];
}"""


def told(site, words, at):
    return site.blank().evaluate(TELL, [words, at])


def the_rate_is_learnt(site):
    for rate in (1, 4, 10, 100):
        for between in (250, 1_000, 2_000):
            words = [(at * rate, at) for at in range(0, 5 * between, between)]
            here = 5.5 * between
            off = abs(told(site, words, here) - here * rate) / rate
            assert off < 50, f"at {rate} times, with words each {between} ms, it is {off} ms of ours off"


def the_network_may_be_unsteady(site):
    late = (0, 120, 30, 200, 10, 90, 150, 0)
    words = [(10_000 * at, 1_000 * at + late[at]) for at in range(8)]
    off = abs(told(site, words, 9_000) - 90_000) / 10
    assert off < 400, f"it is {off} ms of ours off"


def words_that_come_together_tell_no_rate(site):
    punctual = [(1_000 * at, 1_000 * at) for at in range(4)]
    held_up = [(1_000 * at, 7_000 + at) for at in (4, 5, 6, 7)]
    off = abs(told(site, punctual + held_up, 9_000) - 9_000)
    assert off < 50, f"it is {off} ms off"


def it_may_be_set_anew(site):
    before = [(1_000 * at, 1_000 * at) for at in range(5)]
    later = [(500_000 + 10_000 * at, 5_000 + 1_000 * at) for at in range(3)]
    off = abs(told(site, before + later, 7_500) - 525_000)
    assert off < 50, f"after a leap it is {off} ms off"
    off = abs(told(site, [(50_000, 0), (1_000, 300)], 800) - 1_500)
    assert off < 50, f"after a step back it is {off} ms off"


def sleep_is_noticed(site):
    slept, time = site.shown().evaluate(SLEEP)
    assert slept == [False, False, True, False], slept
    assert abs(time - 3_605_500) < 1, f"after an hour of sleep it is {time - 3_605_500} ms off"


TESTS = (
    *(the_rate_is_learnt, the_network_may_be_unsteady, words_that_come_together_tell_no_rate),
    *(it_may_be_set_anew, sleep_is_noticed),
)
