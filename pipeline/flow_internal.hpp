#pragma once

#include <optional>

#include "pipeline/flow.hpp"

namespace wellsieve::pipeline {

enum class NodeKind : std::uint8_t { source, stage, sink, accumulator };

/// One step as it was added. Only the functions of its kind are set.
struct Node {
    NodeKind kind = NodeKind::stage;
    std::string name = {};
    std::optional<std::size_t> from = {};  ///< none: a source, or an end of another flow
    InOrder order = InOrder::no;

    std::function<Payload()> next = {};
    std::function<std::size_t(const void*)> bytes_of = {};
    std::function<Payload(Payload)> work = {};
    std::function<void(Payload)> store = {};
    std::function<void()> on_abort = {};
    std::function<Payload()> make_local = {};
    std::function<void(Payload, void*)> add = {};
    std::function<void(void*)> combine = {};
};

/// The steps of one lane, source first.
using Chain = std::vector<const Node*>;

struct Flow::Graph {
    std::string name;
    std::vector<Node> nodes;
    bool was_run = false;

    std::vector<const Node*> followers(std::size_t node) const;
    std::vector<Chain> chains() const;
};

/// Runs checked lanes to the end, and throws as Flow::run does.
RunReport run_chains(const std::vector<Chain>& chains, const RunOptions& options);

}  // namespace wellsieve::pipeline
