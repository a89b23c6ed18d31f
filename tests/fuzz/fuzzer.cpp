// What libFuzzer asks for beside the entry: `fuzz_readers --target=NAME …`.
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string_view>

#include "tests/fuzz/targets.hpp"

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
    constexpr std::string_view option = "--target=";
    for (const std::string_view argument : std::span(*arguments, static_cast<std::size_t>(*count)))
        if (argument.starts_with(option)) {
            wellsieve::tests::fuzz::choose_target(argument.substr(option.size()));
            return 0;
        }
    std::fputs("usage: fuzz_readers --target=NAME [libFuzzer's options] FOLDER…; the targets are:\n", stderr);
    for (const auto& targets :
         {wellsieve::tests::fuzz::plate_targets(), wellsieve::tests::fuzz::read_targets()})
        for (const auto& target : targets)
            std::fprintf(stderr, "%s\n", target.name.c_str());
    std::exit(2);
}
