#include "pipeline/ledger.hpp"

#include <fmt/format.h>

#include "pipeline/error.hpp"

namespace wellsieve::pipeline {
namespace {

constexpr std::array<std::string_view, item_kinds> names{"files", "bytes",        "rows",
                                                         "wells", "measurements", "reads"};

}  // namespace

std::string_view item_name(Item item) {
    return names[static_cast<std::size_t>(item)];
}

void Ledger::merge(const Ledger& other) {
    for (std::size_t i = 0; i < item_kinds; ++i) {
        entries_[i].in += other.entries_[i].in;
        entries_[i].used += other.entries_[i].used;
        entries_[i].rejected += other.entries_[i].rejected;
    }
}

void Ledger::verify() const {
    std::string wrong;
    for (std::size_t i = 0; i < item_kinds; ++i) {
        const Entry& e = entries_[i];
        if (e.in != e.used + e.rejected)
            wrong += fmt::format("{} {} {} in, but {} used and {} rejected", wrong.empty() ? "" : ";", e.in,
                                 names[i], e.used, e.rejected);
    }
    if (!wrong.empty())
        throw InternalError(fmt::format("{}: the account does not balance:{}", name_, wrong));
}

}  // namespace wellsieve::pipeline
