#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/report.hpp"

namespace wellsieve::pipeline {

enum class InOrder : bool { no, yes };

/// A batch on its way; only the stages at both ends know its type.
using Payload = std::shared_ptr<void>;

/// A plain struct: validated options in, a name, and one batch in, one batch out. It may be called from
/// several threads at once. It may return a smaller batch, even an empty one; the batch always goes on.
template <typename S, typename In>
concept StageFor = requires(const S& stage, In in) {
    { S::name } -> std::convertible_to<std::string_view>;
    stage(std::move(in));
}
&&!std::is_void_v<std::invoke_result_t<const S&, In>>;

/// The end of a lane that only sums up. `add` is called from several threads at once, each with a Local of
/// its own; after the last batch `combine` takes the Locals one by one, in no particular order: so both hold
/// integers, or rows that are keyed and sorted later, never sums of floating-point numbers. `finish()` is the
/// caller's, after the run.
template <typename A, typename In>
concept AccumulatorFor = requires(A& accumulator, In in, typename A::Local& local) {
    { A::name } -> std::convertible_to<std::string_view>;
    accumulator.add(std::move(in), local);
    accumulator.combine(std::move(local));
};

struct LaneProgress {
    std::string_view name;
    std::uint64_t batches_in = 0;
    std::uint64_t batches_out = 0;
    std::uint64_t bytes_in = 0;
    std::uint64_t bytes_out = 0;
};

struct RunOptions {
    unsigned threads = 0;                             ///< 0: as many as ThreadLimit and the machine allow
    std::size_t memory_bytes = std::size_t{1} << 30;  ///< for batches in flight; the lanes share it equally
    std::size_t max_in_flight = 0;                    ///< batches a lane; 0: eight a thread
    const std::atomic<bool>* stop = nullptr;          ///< once true, the run is aborted
    /// Called by one thread at a time, at most ten times a second, and at the end of a run that was not
    /// aborted.
    std::function<void(std::span<const LaneProgress>)> on_progress = {};
};

/// One or more lanes that share threads and memory: a source, stages, a sink. First put together, then
/// checked, then run, once. Batches of one lane are numbered as the source makes them; a sink that asks for
/// it gets them in that order. What has been put in must outlive the run.
///
/// A run ends in one of two ways. Finish: every source is empty and all its batches have arrived. Abort:
/// something threw, or `stop` was set. Then sources make no more, batches on their way are let go without
/// work, each sink's `on_abort` is called, and the exception comes out of `run` as it was thrown. Of several
/// exceptions in one lane the one of the earliest batch is reported, whatever the number of threads.
class Flow {
  public:
    /// Where the next stage attaches.
    template <typename T>
    class Outlet {
        friend class Flow;
        Outlet(const Flow* flow, std::size_t node) : flow_(flow), node_(node) {}
        const Flow* flow_;
        std::size_t node_;
    };

    explicit Flow(std::string name);
    Flow(const Flow&) = delete;
    Flow& operator=(const Flow&) = delete;
    ~Flow();

    /// A new lane. `next` is called by one thread at a time until it returns nothing, and must not block for
    /// ever. `bytes_of` says how much memory a batch will take where it is largest on its way, from what is
    /// known at its start (the size of a file, say, times what parsing adds).
    template <typename Batch, typename Next, typename BytesOf>
    Outlet<Batch> source(std::string name, Next next, BytesOf bytes_of) {
        auto make = [next = std::make_shared<Next>(std::move(next))]() -> Payload {
            std::optional<Batch> batch = (*next)();
            return batch ? std::make_shared<Batch>(*std::move(batch)) : nullptr;
        };
        auto measure = [bytes_of](const void* batch) -> std::size_t {
            return bytes_of(*static_cast<const Batch*>(batch));
        };
        return {this, add_source(std::move(name), std::move(make), std::move(measure))};
    }

    template <typename In, StageFor<In> Stage>
    auto stage(Outlet<In> from, Stage step) {
        using Out = std::decay_t<std::invoke_result_t<const Stage&, In>>;
        auto body = [step = std::make_shared<const Stage>(std::move(step))](Payload batch) -> Payload {
            return std::make_shared<Out>((*step)(take<In>(batch)));
        };
        return Outlet<Out>(this,
                           add_stage(from.flow_, from.node_, std::string(Stage::name), std::move(body)));
    }

    /// `store` is called by one thread at a time, and no more once it has thrown. `on_abort` is called after
    /// an aborted run, when nothing runs any more; what it throws is lost.
    template <typename In, typename Sink>
    void sink(Outlet<In> from, std::string name, Sink store, InOrder order,
              std::function<void()> on_abort = {}) {
        auto body = [store = std::make_shared<Sink>(std::move(store))](Payload batch) {
            (*store)(take<In>(batch));
        };
        add_sink(from.flow_, from.node_, std::move(name), std::move(body), order, std::move(on_abort));
    }

    /// `accumulator` is combined into only by a run that finishes.
    template <typename In, AccumulatorFor<In> Accumulator>
    void accumulate(Outlet<In> from, Accumulator& accumulator) {
        using Local = typename Accumulator::Local;
        add_accumulator(
            from.flow_, from.node_, std::string(Accumulator::name),
            []() -> Payload { return std::make_shared<Local>(); },
            [&accumulator](Payload batch, void* local) {
                accumulator.add(take<In>(batch), *static_cast<Local*>(local));
            },
            [&accumulator](void* local) { accumulator.combine(std::move(*static_cast<Local*>(local))); });
    }

    /// Throws InternalError that names what is wrong: no source, an end that leads nowhere or to two places,
    /// an end of another flow, two sources of one name.
    void check() const;

    /// The lanes as text, one step a line.
    std::string describe() const;

    /// Checks, runs to the end, verifies the report. Throws what a source, stage or sink threw, or
    /// Interrupted.
    RunReport run(const RunOptions& options = {});

  private:
    struct Graph;

    template <typename T>
    static T take(const Payload& batch) {
        return std::move(*static_cast<T*>(batch.get()));
    }

    std::size_t add_source(std::string name, std::function<Payload()> next,
                           std::function<std::size_t(const void*)> bytes_of);
    std::size_t add_stage(const Flow* flow, std::size_t from, std::string name,
                          std::function<Payload(Payload)> body);
    void add_sink(const Flow* flow, std::size_t from, std::string name, std::function<void(Payload)> body,
                  InOrder order, std::function<void()> on_abort);
    void add_accumulator(const Flow* flow, std::size_t from, std::string name,
                         std::function<Payload()> make_local, std::function<void(Payload, void*)> add,
                         std::function<void(void*)> combine);

    std::unique_ptr<Graph> graph_;
};

}  // namespace wellsieve::pipeline
