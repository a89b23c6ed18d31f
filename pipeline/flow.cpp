#include "pipeline/flow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.hpp"
#include "pipeline/flow_internal.hpp"

namespace wellsieve::pipeline {
namespace {

std::string_view kind_text(const Node& node) {
    switch (node.kind) {
        case NodeKind::source:
            return "source, serial";
        case NodeKind::stage:
            return "stage, parallel";
        case NodeKind::sink:
            return node.order == InOrder::yes ? "sink, serial, in order" : "sink, serial, in any order";
        case NodeKind::accumulator:
            return "accumulator, parallel";
    }
    return {};
}

bool leads_on(const Node& node) {
    return node.kind == NodeKind::source || node.kind == NodeKind::stage;
}

}  // namespace

std::vector<const Node*> Flow::Graph::followers(std::size_t node) const {
    std::vector<const Node*> found;
    for (const Node& other : nodes)
        if (other.from == node)
            found.push_back(&other);
    return found;
}

std::vector<Chain> Flow::Graph::chains() const {
    std::vector<Chain> all;
    for (const Node& node : nodes) {
        if (node.kind != NodeKind::source)
            continue;
        Chain chain;
        for (const Node* step = &node; step != nullptr;) {
            chain.push_back(step);
            const auto next = followers(static_cast<std::size_t>(step - nodes.data()));
            step = next.empty() ? nullptr : next.front();
        }
        all.push_back(std::move(chain));
    }
    return all;
}

Flow::Flow(std::string name) : graph_(std::make_unique<Graph>()) {
    graph_->name = std::move(name);
}

Flow::~Flow() = default;

std::size_t Flow::add_source(std::string name, std::function<Payload()> next,
                             std::function<std::size_t(const void*)> bytes_of) {
    Node node{.kind = NodeKind::source, .name = std::move(name)};
    node.next = std::move(next);
    node.bytes_of = std::move(bytes_of);
    graph_->nodes.push_back(std::move(node));
    return graph_->nodes.size() - 1;
}

std::size_t Flow::add_stage(const Flow* flow, std::size_t from, std::string name,
                            std::function<Payload(Payload)> body) {
    Node node{.kind = NodeKind::stage, .name = std::move(name)};
    if (flow == this)
        node.from = from;
    node.work = std::move(body);
    graph_->nodes.push_back(std::move(node));
    return graph_->nodes.size() - 1;
}

void Flow::add_sink(const Flow* flow, std::size_t from, std::string name, std::function<void(Payload)> body,
                    InOrder order, std::function<void()> on_abort) {
    Node node{.kind = NodeKind::sink, .name = std::move(name)};
    if (flow == this)
        node.from = from;
    node.order = order;
    node.store = std::move(body);
    node.on_abort = std::move(on_abort);
    graph_->nodes.push_back(std::move(node));
}

void Flow::add_accumulator(const Flow* flow, std::size_t from, std::string name,
                           std::function<Payload()> make_local, std::function<void(Payload, void*)> add,
                           std::function<void(void*)> combine) {
    Node node{.kind = NodeKind::accumulator, .name = std::move(name)};
    if (flow == this)
        node.from = from;
    node.make_local = std::move(make_local);
    node.add = std::move(add);
    node.combine = std::move(combine);
    graph_->nodes.push_back(std::move(node));
}

void Flow::check() const {
    const auto fail = [this](std::string_view what) {
        throw InternalError(fmt::format("flow '{}': {}", graph_->name, what));
    };
    std::vector<std::string_view> sources;
    for (std::size_t i = 0; i < graph_->nodes.size(); ++i) {
        const Node& node = graph_->nodes[i];
        const auto next = graph_->followers(i);
        if (leads_on(node) && next.empty())
            fail(fmt::format("'{}' leads nowhere: give it a stage or a sink", node.name));
        if (next.size() > 1)
            fail(fmt::format("'{}' leads to both '{}' and '{}'", node.name, next[0]->name, next[1]->name));
        if (node.kind != NodeKind::source && !node.from)
            fail(fmt::format("'{}' follows a step of another flow", node.name));
        if (node.kind != NodeKind::source)
            continue;
        if (std::ranges::find(sources, node.name) != sources.end())
            fail(fmt::format("two sources are named '{}'", node.name));
        sources.push_back(node.name);
    }
    if (sources.empty())
        fail("has no source");
}

std::string Flow::describe() const {
    std::string text = graph_->name + "\n";
    for (const Chain& chain : graph_->chains())
        for (const Node* node : chain)
            text += fmt::format("{}{} ({})\n", node->kind == NodeKind::source ? "  " : "    -> ", node->name,
                                kind_text(*node));
    return text;
}

RunReport Flow::run(const RunOptions& options) {
    check();
    if (std::exchange(graph_->was_run, true))
        throw InternalError(
            fmt::format("flow '{}': was run already, and its sources are used up", graph_->name));
    return run_chains(graph_->chains(), options);
}

}  // namespace wellsieve::pipeline
