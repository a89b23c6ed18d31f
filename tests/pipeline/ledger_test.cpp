#include "pipeline/ledger.hpp"

#include <catch2/catch.hpp>

#include "pipeline/error.hpp"
#include "pipeline/report.hpp"

using namespace wellsieve::pipeline;
using Catch::Matchers::Message;

TEST_CASE("an account balances when all that came in was used or rejected") {
    Ledger ledger("plates");
    CHECK_NOTHROW(ledger.verify());
    ledger.in(Item::files, 3);
    ledger.used(Item::files, 2);
    ledger.rejected(Item::files, 1);
    ledger.in(Item::rows, 96);
    ledger.used(Item::rows, 96);
    CHECK_NOTHROW(ledger.verify());
    CHECK(ledger.of(Item::files) == Ledger::Entry{3, 2, 1});
}

TEST_CASE("what does not balance is named with its figures") {
    Ledger ledger("plates");
    ledger.in(Item::rows, 96);
    ledger.used(Item::rows, 90);
    ledger.rejected(Item::rows, 5);
    ledger.used(Item::wells, 1);
    CHECK_THROWS_MATCHES(
        ledger.verify(), InternalError,
        Message("plates: the account does not balance: 96 rows in, but 90 used and 5 rejected; "
                "0 wells in, but 1 used and 0 rejected"));
}

TEST_CASE("partial accounts add up") {
    Ledger whole("plates");
    for (int part = 0; part < 3; ++part) {
        Ledger ledger("part");
        ledger.in(Item::reads, 10);
        ledger.used(Item::reads, 9);
        ledger.rejected(Item::reads, 1);
        whole.merge(ledger);
    }
    CHECK(whole.of(Item::reads) == Ledger::Entry{30, 27, 3});
    CHECK(whole.name() == "plates");
}

TEST_CASE("a report in which a batch is lost does not verify") {
    RunReport report;
    report.lanes.push_back(
        {.name = "plates", .stages = {{"read", 10, 0.1}}, .batches_in = 10, .batches_out = 10});
    CHECK_NOTHROW(report.verify());
    report.lanes[0].stages[0].batches = 9;
    CHECK_THROWS_MATCHES(report.verify(), InternalError,
                         Message("lane 'plates': stage 'read' saw 9 of 10 batches"));
    report.lanes[0].batches_out = 9;
    CHECK_THROWS_AS(report.verify(), InternalError);
}
