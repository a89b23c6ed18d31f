#include "kernels/curve/verdict.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <string>

using wellsieve::kernels::curve::all_verdicts;
using wellsieve::kernels::curve::Verdict;
using wellsieve::kernels::curve::verdict_name;
using wellsieve::kernels::curve::Verdicts;

TEST_CASE("a set of verdicts is named by the gravest") {
    Verdicts verdicts;
    CHECK(verdicts.empty());
    CHECK(verdict_name(verdicts) == "ok");
    verdicts.add(Verdict::lysis);
    verdicts.add(Verdict::negative_lag);
    CHECK(verdicts.has(Verdict::lysis));
    CHECK_FALSE(verdicts.has(Verdict::no_growth));
    CHECK(verdict_name(verdicts) == "negative_lag");
}

TEST_CASE("each verdict has a name of its own") {
    std::set<std::string> names{"ok"};
    for (const Verdict verdict : all_verdicts)
        CHECK(names.insert(std::string(verdict_name(verdict))).second);
}
