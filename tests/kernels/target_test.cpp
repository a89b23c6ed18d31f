#include "kernels/target.hpp"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "tests/support/each_target.hpp"

using namespace wellsieve;

TEST_CASE("every available SIMD target can be forced, and is then the active one") {
    tests::for_each_target([] {});
    CHECK(kernels::active_target() == kernels::available_targets().front());
}

TEST_CASE("an unknown SIMD target is refused with the choices") {
    CHECK_THROWS_WITH(kernels::force_target("MMX"), Catch::Contains("MMX") && Catch::Contains("it has"));
}
