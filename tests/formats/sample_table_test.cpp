#include "formats/plates/sample_table.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "formats/error.hpp"

using namespace wellsieve::formats;
using namespace wellsieve::formats::plates;

namespace {

std::vector<TakenSample> samples_of(std::string text) {
    return read_sample_table(Document("samples.csv", std::move(text)));
}

std::string refusal_of(std::string text) {
    try {
        samples_of(std::move(text));
    } catch (const FormatError& error) {
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a sample table says where and when samples were taken") {
    const auto found = samples_of(
        "# of two runs\nsample,plate,Vessel,time_h,date_time,note\nS1,run "
        "1,R1,2.5,,first\nS2,,B03,,2026-02-18 "
        "10:28,\n\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].sample == "S1");
    CHECK(found[0].plate == "run 1");
    CHECK(found[0].vessel == "R1");
    CHECK(found[0].time_h == 2.5);
    CHECK(std::isnan(found[0].taken_s));
    CHECK(std::isnan(found[1].time_h));
    CHECK(found[1].taken_s == 1771410480);  // date -u -d "2026-02-18 10:28" +%s
    CHECK(found[1].place == "line 4");
}

TEST_CASE("dates are read as analysers and people write them") {
    const auto taken_s = [](const std::string& date) {
        return samples_of("sample;well;taken\nS;A1;" + date + "\n").front().taken_s;
    };
    for (const char* same :
         {"2026-02-18 10:28:00", "2026-02-18T10:28", "2/18/2026  10:28:00 AM", "2/18/2026 10:28",
          "18.02.2026 10:28", "18 Feb 2026 10:28:00 AM", "18-Feb-2026 10:28"})
        CHECK(taken_s(same) == 1771410480);
    CHECK(taken_s("18 Feb 2026  5:21:32 PM") == 1771410480 + 6 * 3600 + 53 * 60 + 32);
    CHECK(taken_s("12/31/2026 00:00") == 1798675200);
}

TEST_CASE("a sample table that is none says where and why") {
    using Catch::Contains;
    CHECK_THAT(refusal_of("vessel,time_h\nR1,1\n"), Contains("sample"));
    CHECK_THAT(refusal_of("sample,time_h\nS1,1\n"), Contains("vessel"));
    CHECK_THAT(refusal_of("sample,vessel\nS1,\n"),
               Contains("line 2, column 2") && Contains("the vessel has no name"));
    CHECK_THAT(refusal_of("sample,vessel\nS1,R1\nS1,R2\n"), Contains("line 3") && Contains("second time"));
    CHECK_THAT(refusal_of("sample,vessel,time_h\nS1,R1,noon\n"), Contains("'noon' is no number of hours"));
    CHECK_THAT(refusal_of("sample,vessel,date_time\nS1,R1,noon\n"), Contains("'noon' is no date and time"));
    for (const char* date : {"2026-02-31", "2026-258-18", "2026-02-274", "2/274/2026", "67562-02-18"})
        CHECK_THAT(refusal_of(std::string("sample,vessel,date_time\nS1,R1,") + date + " 10:00\n"),
                   Contains("is no date and time"));
}

TEST_CASE("a sample table says how far samples were diluted, and what their vessels hold") {
    const auto found = samples_of("sample,vessel,dilution,strain\nS1,R1,20,x\nS2,R2,,\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].dilution == 20);
    CHECK(found[0].strain == "x");
    CHECK(found[1].dilution == 1);
    CHECK(found[1].strain.empty());
    CHECK(samples_of("sample,vessel\nS1,R1\n")[0].dilution == 1);
    for (const char* none : {"0.5", "0", "-2", "1:20", "nan"})
        CHECK(
            refusal_of(std::string("sample,vessel,dilution\nS1,R1,") + none + "\n").find("is no dilution") !=
            std::string::npos);
}
