#include "formats/reads/sources_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

/// Sequences may go over several lines.
class FastaSource : public SourceBase {
  public:
    FastaSource(std::string path, ReadFileKind kind, const ReadSourceOptions& options,
                std::unique_ptr<TextInput> text)
        : SourceBase(std::move(path), kind, options), text_(std::move(text)) {}

    bool next(ReadBlock& block, std::uint32_t records) override {
        begin(block);
        block.text.clear();
        while (records == 0 ? block.text.size() < options_.block_bytes : block.records < records) {
            if (!read_record())
                break;
            append_record(block.text, name_, bases_, {});
            ++block.records;
            ++records_;
        }
        bytes_ += block.text.size();
        return block.records > 0;
    }

    std::string_view remark() const override { return text_->remark(); }

  private:
    bool read_record() {
        if (!has_line_ && !read_line())
            return false;
        has_line_ = false;
        name_.assign(line_, 1);
        bases_.clear();
        while (read_line()) {
            if (line_.front() == '>') {
                has_line_ = true;
                break;
            }
            bases_ += line_;
        }
        return damage_.empty();
    }

    /// The next line that is not blank, without its end.
    bool read_line() {
        line_.clear();
        while (true) {
            if (at_ == buffer_.size() && !fill())
                return !line_.empty();
            const std::string_view rest = buffer_.view().substr(at_);
            const std::size_t end = rest.find('\n');
            line_ += rest.substr(0, end);
            at_ += end == rest.npos ? rest.size() : end + 1;
            if (line_.ends_with('\r') && end != rest.npos)
                line_.pop_back();
            if (end != rest.npos && !line_.empty())
                return true;
        }
    }

    bool fill() {
        at_ = 0;
        buffer_.resize(text_->good_bytes());
        std::size_t got = 0;
        try {
            if (damage_.empty())
                got = text_->read(buffer_.data(), buffer_.size());
        } catch (const DamagedInput& damage) {
            stop(records_, bytes_, damage.what());
        }
        buffer_.resize(got);
        return got > 0;
    }

    std::unique_ptr<TextInput> text_;
    TextBuffer buffer_;
    std::size_t at_ = 0;
    std::string line_;
    bool has_line_ = false;  ///< `line_` is the header of the next record
    std::string name_;
    std::string bases_;
};

}  // namespace

std::unique_ptr<ReadSource> fasta_source(std::string path, ReadFileKind kind,
                                         const ReadSourceOptions& options, std::unique_ptr<TextInput> text) {
    return std::make_unique<FastaSource>(std::move(path), kind, options, std::move(text));
}

}  // namespace wellsieve::formats::reads
