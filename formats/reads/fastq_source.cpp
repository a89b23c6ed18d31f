#include <algorithm>
#include <cstring>

#include "formats/reads/read_kind_internal.hpp"
#include "formats/reads/sources_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

/// In runs of 255, so that the compiler may count in bytes: in lanes enough for several vectors, which need
/// not wait for each other.
std::size_t count_newlines(const char* at, std::size_t bytes) {
    constexpr std::size_t lanes = 64;
    std::size_t count = 0;
    while (bytes > 0) {
        const std::size_t run = std::min(bytes, 255 * lanes);
        std::uint8_t sums[lanes] = {};
        std::size_t i = 0;
        for (; i + lanes <= run; i += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums[lane] = static_cast<std::uint8_t>(sums[lane] + (at[i + lane] == '\n'));
        for (; i < run; ++i)
            count += at[i] == '\n';
        for (const std::uint8_t sum : sums)
            count += sum;
        at += run;
        bytes -= run;
    }
    return count;
}

class FastqSource : public SourceBase {
  public:
    FastqSource(std::string path, ReadFileKind kind, const ReadSourceOptions& options,
                std::unique_ptr<TextInput> text)
        : SourceBase(std::move(path), kind, options), text_(std::move(text)) {
        read_more(carry_);
        kind_.phred_offset = phred_offset(carry_.view());
    }

    bool next(ReadBlock& block, std::uint32_t records) override {
        begin(block);
        block.text.clear();
        if (records == 0)
            block.text.reserve(options_.block_bytes + wanted_bytes());
        block.text.append(carry_.view());
        while (!ended_ && !is_full(block.text.view(), records))
            read_more(block.text);
        if (ended_)
            end_text(block.text);
        const std::size_t whole = whole_records(block.text.view());
        block.records =
            static_cast<std::uint32_t>(records == 0 ? whole : std::min<std::size_t>(whole, records));
        cut(block);
        records_ += block.records;
        bytes_ += block.text.size();
        return block.records > 0;
    }

    std::string_view remark() const override { return text_->remark(); }

  private:
    bool is_full(std::string_view text, std::uint32_t records) const {
        return records == 0 ? text.size() >= options_.block_bytes && whole_records(text) > 0
                            : whole_records(text) >= records;
    }

    /// Those that begin before the last line which is not blank: lines behind it may end the file.
    std::size_t whole_records(std::string_view text) const {
        const std::size_t last = text.find_last_not_of("\r\n");
        if (last == text.npos)
            return 0;
        const std::size_t ends = count_newlines(text.data() + last + 1, text.size() - last - 1);
        const std::size_t lines = ends == 0 ? lines_ : lines_ + 1 - ends;
        return std::min(lines_ / 4, (lines + 3) / 4);
    }

    std::size_t wanted_bytes() const {
        return std::max(TextInput::least_bytes, std::min(text_->good_bytes(), options_.block_bytes));
    }

    void read_more(TextBuffer& text) {
        const std::size_t before = text.size();
        const std::size_t wanted = wanted_bytes();
        text.resize(before + wanted);
        std::size_t got = 0;
        try {
            got = text_->read(text.data() + before, wanted);
        } catch (const DamagedInput& damage) {
            why_ended_ = damage.what();
        }
        text.resize(before + got);
        lines_ += count_newlines(text.data() + before, got);
        ended_ = got == 0;
    }

    /// Once, at the end of the file: gives the last line its end, takes blank lines away, and complains of
    /// what is no whole record.
    void end_text(TextBuffer& text) {
        if (checked_end_)
            return;
        checked_end_ = true;
        if (lines_ % 4 == 3 && why_ended_.empty() && ends_in_whole_record(text.view())) {
            text.append("\n");
            ++lines_;
        }
        while (lines_ % 4 != 0 && ends_in_blank_line(text.view())) {
            text.resize(text.size() - (text.view().ends_with("\r\n") ? 2 : 1));
            --lines_;
        }
        const bool whole = lines_ % 4 == 0 && (text.empty() || text.view().ends_with('\n'));
        if (whole && why_ended_.empty())
            return;
        stop(records_ + lines_ / 4, bytes_ + start_of_line(text.view(), lines_ / 4 * 4),
             why_ended_.empty() ? "the file ends within the record; it is cut off" : why_ended_);
    }

    /// Of a text whose last line has no end: whether as many qualities stand there as bases.
    bool ends_in_whole_record(std::string_view text) const {
        const std::size_t begin = start_of_line(text, lines_ - 2);
        const std::string_view bases = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
        return text.size() - start_of_line(text, lines_) == bases.size();
    }

    static bool ends_in_blank_line(std::string_view text) {
        return text == "\n" || text == "\r\n" || text.ends_with("\n\n") || text.ends_with("\n\r\n");
    }

    /// Where line `line` of a text with `lines_` line ends begins; counted from the end, where it is near.
    std::size_t start_of_line(std::string_view text, std::size_t line) const {
        const char* end = text.data() + text.size();
        for (std::size_t behind = lines_; behind >= line; --behind) {
            const void* found = memrchr(text.data(), '\n', static_cast<std::size_t>(end - text.data()));
            if (found == nullptr)
                return 0;
            end = static_cast<const char*>(found);
            if (behind == line)
                return static_cast<std::size_t>(end - text.data()) + 1;
        }
        return 0;
    }

    /// Leaves the block its whole records and keeps the rest for the next one.
    void cut(ReadBlock& block) {
        const std::size_t lines = std::size_t{4} * block.records;
        const std::size_t end = lines == 0 ? 0 : start_of_line(block.text.view(), lines);
        carry_.clear();
        carry_.append(block.text.view().substr(end));
        block.text.resize(end);
        lines_ -= lines;
    }

    std::unique_ptr<TextInput> text_;
    TextBuffer carry_;       ///< text behind the last record that was given
    std::size_t lines_ = 0;  ///< line ends in the text at hand
    bool ended_ = false;
    bool checked_end_ = false;
    std::string why_ended_;  ///< empty: at the end of the file
};

}  // namespace

std::unique_ptr<ReadSource> fastq_source(std::string path, ReadFileKind kind,
                                         const ReadSourceOptions& options, std::unique_ptr<TextInput> text) {
    return std::make_unique<FastqSource>(std::move(path), kind, options, std::move(text));
}

}  // namespace wellsieve::formats::reads
