#include "pipeline/interrupt.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>

#include "formats/atomic_file.hpp"
#include "pipeline/error.hpp"
#include "pipeline/flow.hpp"
#include "tests/pipeline/toy_stages.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace wellsieve::pipeline;
using namespace wellsieve::tests;
namespace fs = std::filesystem;

namespace {

int exit_status_of_child(const std::function<void()>& action) {
    const pid_t child = ::fork();
    if (child == 0) {
        action();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

}  // namespace

TEST_CASE("the first signal raises the flag") {
    for (int signal_number : {SIGINT, SIGTERM}) {
        const InterruptGuard guard;
        CHECK_FALSE(InterruptGuard::flag());
        std::raise(signal_number);
        CHECK(InterruptGuard::flag());
    }
    const InterruptGuard again;
    CHECK_FALSE(InterruptGuard::flag());
}

TEST_CASE("the second signal ends the process, whichever of the two it is") {
    const int status = exit_status_of_child([] {
        const InterruptGuard guard;
        std::raise(SIGINT);
        std::raise(SIGTERM);
    });
    REQUIRE(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGTERM);
}

TEST_CASE("the handlers that were there come back") {
    std::signal(SIGINT, SIG_IGN);
    { const InterruptGuard guard; }
    CHECK(std::signal(SIGINT, SIG_DFL) == SIG_IGN);
}

TEST_CASE("an interrupted run leaves no file behind") {
    const TemporaryFolder folder;
    const fs::path target = folder.path() / "result.txt";
    const InterruptGuard guard;
    const auto run = [&] {
        wellsieve::formats::AtomicFile file(target);
        Flow flow("interrupted");
        auto endless = flow.source<Numbers>(
            "endless",
            [i = std::uint64_t{0}]() mutable {
                return std::optional(Numbers{i++, {}});
            },
            bytes_of_numbers);
        flow.sink(
            endless, "store",
            [&](Numbers batch) {
                file.write("a line\n");
                if (batch.index == 50)
                    ::kill(::getpid(), SIGINT);
            },
            InOrder::yes);
        flow.run({.threads = 2, .stop = &InterruptGuard::flag()});
        file.commit();
    };
    CHECK_THROWS_AS(run(), Interrupted);
    CHECK(fs::is_empty(folder.path()));
}
