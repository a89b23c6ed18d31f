#include <tbb/flow_graph.h>
#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <cassert>
#include <chrono>
#include <exception>
#include <limits>
#include <mutex>

#include "pipeline/error.hpp"
#include "pipeline/flow_internal.hpp"
#include "pipeline/gate.hpp"
#include "pipeline/parallel.hpp"

namespace wellsieve::pipeline {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t batches_a_thread = 8;
constexpr auto progress_interval = std::chrono::milliseconds(100);
constexpr auto no_index = std::numeric_limits<std::uint64_t>::max();

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A message always arrives. One whose work is no longer wanted travels on without its payload.
struct Message {
    std::uint64_t index = 0;
    std::uint64_t bytes = 0;
    Payload payload;
};

/// Adds the time until its end of life, however that comes.
class Stopwatch {
  public:
    explicit Stopwatch(std::atomic<std::int64_t>& nanoseconds) : nanoseconds_(nanoseconds) {}
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() {
        using std::chrono::nanoseconds;
        nanoseconds_ += std::chrono::duration_cast<nanoseconds>(Clock::now() - start_).count();
    }

  private:
    std::atomic<std::int64_t>& nanoseconds_;
    Clock::time_point start_ = Clock::now();
};

/// The batches that a step has done, and the time spent on all that it began.
struct Counter {
    std::atomic<std::uint64_t> batches = 0;
    std::atomic<std::int64_t> nanoseconds = 0;

    template <typename Work>
    auto time(Work work) {
        const Stopwatch watch(nanoseconds);
        return work();
    }

    StageReport report(const std::string& name) const {
        return {name, batches, static_cast<double>(nanoseconds) * 1e-9};
    }
};

/// What ends a run early, for all its lanes.
class Stop {
  public:
    explicit Stop(const std::atomic<bool>* asked) : asked_(asked) {}

    bool interrupted() {
        if (asked_ != nullptr && asked_->load(std::memory_order_relaxed))
            interrupted_ = true;
        return interrupted_;
    }
    bool failed() const { return failed_; }
    void note_failure() { failed_ = true; }
    bool aborted() const { return failed_ || interrupted_; }

  private:
    const std::atomic<bool>* asked_;
    std::atomic<bool> interrupted_ = false;
    std::atomic<bool> failed_ = false;
};

class Lane;

/// Tells the caller how far the lanes are, but not too often.
class ProgressTeller {
  public:
    explicit ProgressTeller(const RunOptions& options) : tell_(options.on_progress) {}

    void now_and_then(const std::vector<std::unique_ptr<Lane>>& lanes) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!tell_ || !lock || Clock::now() - last_ < progress_interval)
            return;
        last_ = Clock::now();
        tell(lanes);
    }
    void tell(const std::vector<std::unique_ptr<Lane>>& lanes) const;

  private:
    const std::function<void(std::span<const LaneProgress>)>& tell_;
    std::mutex mutex_;
    Clock::time_point last_ = Clock::now();
};

struct Shared {
    explicit Shared(const RunOptions& options) : stop(options.stop), progress(options) {}

    Stop stop;
    ProgressTeller progress;
    std::optional<tbb::flow::graph> graph;  ///< made in the arena that it is to run in; outlives its nodes
    std::vector<std::unique_ptr<Lane>> lanes;
};

/// One chain as nodes of the graph: pump → stages → sequencer where order matters → sink, which lets the pump
/// go on.
class Lane {
  public:
    Lane(Shared& shared, tbb::flow::graph& graph, const Chain& chain, std::uint64_t max_bytes,
         std::uint64_t max_batches, unsigned threads);

    void start() { pump_.try_put(0); }
    void finish();  ///< combines what an accumulator's threads hold
    void abort() const;
    const std::exception_ptr& error() const { return error_; }
    LaneReport report() const;
    LaneProgress progress() const;

  private:
    using Step = tbb::flow::function_node<Message, Message>;
    using End = tbb::flow::function_node<Message>;

    void pump();
    Payload make();
    Message pass(std::size_t step, Message message);
    void arrive(Message message);
    void deliver(Payload payload);
    bool unwanted(std::uint64_t index);
    void fail(std::uint64_t index);

    Shared& shared_;
    Chain chain_;
    Gate gate_;
    std::vector<Counter> counters_;
    std::vector<Payload> locals_;  ///< an accumulator's, one a thread
    bool sink_failed_ = false;     ///< only a serial sink's own calls touch it

    std::mutex mutex_;
    std::atomic<std::uint64_t> first_failed_ = no_index;
    std::exception_ptr error_;

    std::atomic<std::uint64_t> batches_in_ = 0;
    std::atomic<std::uint64_t> batches_out_ = 0;
    std::atomic<std::uint64_t> bytes_in_ = 0;
    std::atomic<std::uint64_t> bytes_out_ = 0;

    tbb::flow::function_node<int> pump_;
    std::vector<std::unique_ptr<Step>> steps_;
    std::unique_ptr<tbb::flow::sequencer_node<Message>> sequencer_;
    std::unique_ptr<End> end_;
};

// A later step goes before an earlier one: what is begun is ended first, so that little is in flight.
Lane::Lane(Shared& shared, tbb::flow::graph& graph, const Chain& chain, std::uint64_t max_bytes,
           std::uint64_t max_batches, unsigned threads)
    : shared_(shared),
      chain_(chain),
      gate_(max_bytes, max_batches),
      counters_(chain.size()),
      locals_(threads),
      pump_(graph, tbb::flow::serial, [this](int) { pump(); }) {
    const std::size_t last = chain_.size() - 1;
    const bool serial = chain_[last]->kind == NodeKind::sink;
    end_ = std::make_unique<End>(
        graph, serial ? tbb::flow::serial : tbb::flow::unlimited, [this](Message m) { arrive(std::move(m)); },
        static_cast<tbb::flow::node_priority_t>(last));
    for (std::size_t i = 1; i < last; ++i)
        steps_.push_back(std::make_unique<Step>(
            graph, tbb::flow::unlimited, [this, i](Message m) { return pass(i, std::move(m)); },
            static_cast<tbb::flow::node_priority_t>(i)));
    for (std::size_t i = 1; i < steps_.size(); ++i)
        tbb::flow::make_edge(*steps_[i - 1], *steps_[i]);
    tbb::flow::receiver<Message>* into_end = end_.get();
    if (chain_[last]->order == InOrder::yes) {
        sequencer_ = std::make_unique<tbb::flow::sequencer_node<Message>>(
            graph, [](const Message& m) -> std::size_t { return m.index; });
        tbb::flow::make_edge(*sequencer_, *end_);
        into_end = sequencer_.get();
    }
    if (!steps_.empty())
        tbb::flow::make_edge(*steps_.back(), *into_end);
}

/// Makes one batch where there is room, sends it off and asks itself again.
void Lane::pump() {
    const std::uint64_t index = batches_in_;
    if (unwanted(index) || !gate_.try_enter())
        return;
    try {
        Message message{index, 0, make()};
        if (!message.payload)
            return;
        message.bytes = chain_.front()->bytes_of(message.payload.get());
        gate_.enter(message.bytes);
        ++batches_in_;
        bytes_in_ += message.bytes;
        if (!steps_.empty())
            steps_.front()->try_put(message);
        else if (sequencer_)
            sequencer_->try_put(message);
        else
            end_->try_put(message);
    } catch (...) {
        fail(index);
        return;
    }
    pump_.try_put(0);
}

Payload Lane::make() {
    Counter& counter = counters_.front();
    Payload batch = counter.time(chain_.front()->next);
    if (batch)
        ++counter.batches;
    return batch;
}

Message Lane::pass(std::size_t step, Message message) {
    if (!message.payload || unwanted(message.index)) {
        message.payload.reset();
        return message;
    }
    try {
        Counter& counter = counters_[step];
        message.payload = counter.time([&] { return chain_[step]->work(std::move(message.payload)); });
        ++counter.batches;
    } catch (...) {
        message.payload.reset();
        fail(message.index);
    }
    return message;
}

void Lane::arrive(Message message) {
    if (message.payload && !unwanted(message.index) && !sink_failed_) {
        try {
            deliver(std::move(message.payload));
            ++counters_.back().batches;
            shared_.progress.now_and_then(shared_.lanes);
        } catch (...) {
            sink_failed_ |= chain_.back()->kind == NodeKind::sink;
            fail(message.index);
        }
    }
    message.payload.reset();
    ++batches_out_;
    bytes_out_ += message.bytes;
    if (gate_.leave(message.bytes))
        pump_.try_put(0);
}

void Lane::deliver(Payload payload) {
    const Node& end = *chain_.back();
    if (end.kind == NodeKind::sink) {
        counters_.back().time([&] { end.store(std::move(payload)); });
        return;
    }
    const int slot = tbb::this_task_arena::current_thread_index();
    assert(slot >= 0 && static_cast<std::size_t>(slot) < locals_.size());
    Payload& local = locals_[static_cast<std::size_t>(slot)];
    counters_.back().time([&] {
        if (!local)
            local = end.make_local();
        end.add(std::move(payload), local.get());
    });
}

/// Nothing is wanted after an interrupt or the failure of another lane; after one of this lane, what comes
/// later. Batches before the one that failed go on, because one of them may fail too and is then the first
/// to.
bool Lane::unwanted(std::uint64_t index) {
    if (shared_.stop.interrupted())
        return true;
    const bool other_failed = shared_.stop.failed() && first_failed_ == no_index;
    return other_failed || index > first_failed_;
}

void Lane::fail(std::uint64_t index) {
    {
        const std::lock_guard lock(mutex_);
        if (index < first_failed_) {
            first_failed_ = index;
            error_ = std::current_exception();
        }
    }
    shared_.stop.note_failure();
}

void Lane::finish() {
    for (const Payload& local : locals_)
        if (local)
            chain_.back()->combine(local.get());
}

void Lane::abort() const {
    const auto& on_abort = chain_.back()->on_abort;
    try {
        if (on_abort)
            on_abort();
    } catch (...) {  // what ended the run is what is told
    }
}

LaneReport Lane::report() const {
    LaneReport report{.name = chain_.front()->name,
                      .batches_in = batches_in_,
                      .batches_out = batches_out_,
                      .bytes_in = bytes_in_,
                      .bytes_out = bytes_out_,
                      .peak_batches = gate_.peak_batches(),
                      .peak_bytes = gate_.peak_bytes()};
    for (std::size_t i = 0; i < chain_.size(); ++i)
        report.stages.push_back(counters_[i].report(chain_[i]->name));
    return report;
}

LaneProgress Lane::progress() const {
    return {chain_.front()->name, batches_in_, batches_out_, bytes_in_, bytes_out_};
}

void ProgressTeller::tell(const std::vector<std::unique_ptr<Lane>>& lanes) const {
    if (!tell_)
        return;
    std::vector<LaneProgress> progress;
    for (const auto& lane : lanes)
        progress.push_back(lane->progress());
    tell_(progress);
}

void run_graph(Shared& shared, const std::vector<Chain>& chains, const RunOptions& options,
               unsigned threads) {
    const std::size_t max_batches =
        options.max_in_flight != 0 ? options.max_in_flight : batches_a_thread * threads;
    shared.graph.emplace();
    for (const Chain& chain : chains)
        shared.lanes.push_back(std::make_unique<Lane>(
            shared, *shared.graph, chain, options.memory_bytes / chains.size(), max_batches, threads));
    for (const auto& lane : shared.lanes)
        lane->start();
    shared.graph->wait_for_all();
}

void throw_what_stopped(const Shared& shared) {
    for (const auto& lane : shared.lanes)
        if (lane->error())
            std::rethrow_exception(lane->error());
    if (shared.stop.aborted())
        throw Interrupted();
}

RunReport report_run(const Shared& shared, unsigned threads, Clock::time_point start) {
    RunReport report{.threads = threads, .seconds = seconds_since(start)};
    for (const auto& lane : shared.lanes)
        report.lanes.push_back(lane->report());
    return report;
}

}  // namespace

RunReport run_chains(const std::vector<Chain>& chains, const RunOptions& options) {
    const auto start = Clock::now();
    const ThreadLimit limit(options.threads);
    const unsigned threads = usable_threads();
    Shared shared(options);
    try {
        tbb::task_arena arena(static_cast<int>(threads));
        arena.execute([&] { run_graph(shared, chains, options, threads); });
        throw_what_stopped(shared);
        RunReport report = report_run(shared, threads, start);
        report.verify();
        for (const auto& lane : shared.lanes)
            lane->finish();
        shared.progress.tell(shared.lanes);
        return report;
    } catch (...) {
        for (const auto& lane : shared.lanes)
            lane->abort();
        throw;
    }
}

}  // namespace wellsieve::pipeline
