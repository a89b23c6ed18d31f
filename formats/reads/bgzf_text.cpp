#include <libdeflate.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <vector>

#include "formats/reads/text_input_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

constexpr std::size_t group_blocks = 32;
constexpr std::size_t most_bytes = 1 << 16;  // of a block, packed or inflated
constexpr std::size_t buffer_bytes = 1 << 20;
constexpr std::uint32_t header_bytes = 18;

std::uint32_t little_endian(const char* at, int bytes) {
    std::uint32_t value = 0;
    for (int i = bytes; i-- > 0;)
        value = value << 8 | static_cast<std::uint8_t>(at[i]);
    return value;
}

struct Block {
    std::size_t packed_at;
    std::uint32_t packed_bytes;
    std::uint32_t text_bytes;
    std::size_t text_at;
    bool whole = false;
};

struct Free {
    void operator()(libdeflate_decompressor* d) const { libdeflate_free_decompressor(d); }
};

class BgzfText : public TextInput {
  public:
    BgzfText(RawInput input, results::Executor executor)
        : input_(std::move(input)), executor_(executor ? std::move(executor) : results::run_serially) {
        packed_.resize(buffer_bytes);
        for (auto& decompressor : decompressors_)
            decompressor.reset(libdeflate_alloc_decompressor());
    }

    std::size_t read(char* to, std::size_t bytes) override {
        std::size_t text = 0;
        while (text == 0 && damage_.empty()) {
            text = take_blocks(bytes);
            if (blocks_.empty())
                break;
            executor_(blocks_.size(), [&](std::size_t i) { inflate(i, to); });
            text = whole_text(text);
        }
        if (text == 0 && !damage_.empty())
            throw DamagedInput(damage_);
        return text;
    }

    std::size_t good_bytes() const override { return group_blocks * most_bytes; }

    std::string_view remark() const override {
        return last_is_empty_ ? ""
                              : "has no end marker of BGZF: if it was cut off, it was so between two blocks";
    }

  private:
    /// Lists the next blocks whose text fits into `bytes`; how much text that is.
    std::size_t take_blocks(std::size_t bytes) {
        refill();
        blocks_.clear();
        std::size_t text = 0;
        while (begin_ < end_ && blocks_.size() < group_blocks) {
            const std::uint32_t size = block_bytes();
            if (size > end_ - begin_) {
                if (blocks_.empty())
                    damage_ = "the compressed text is cut off";
                break;
            }
            const std::uint32_t text_bytes = size == 0 ? 0 : little_endian(&packed_[begin_ + size - 4], 4);
            if (size == 0 || text_bytes > most_bytes)
                damage_ = "the compressed text is damaged: no block of BGZF where one is wanted";
            if (!damage_.empty() || text + text_bytes > bytes)
                break;
            blocks_.push_back({begin_, size, text_bytes, text, false});
            last_is_empty_ = text_bytes == 0;
            text += text_bytes;
            begin_ += size;
        }
        return text;
    }

    /// Keeps at least one whole block in the buffer until the file ends.
    void refill() {
        if (end_ - begin_ >= packed_.size() / 2)
            return;
        std::memmove(packed_.data(), packed_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
        end_ += input_.read(packed_.data() + end_, packed_.size() - end_);
    }

    /// Of the block at `begin_`; 0 where there is none, more than there is where it is cut off.
    std::uint32_t block_bytes() const {
        if (end_ - begin_ < header_bytes)
            return header_bytes;
        const char* at = &packed_[begin_];
        const bool is_block = std::memcmp(at, "\x1f\x8b\x08\x04", 4) == 0 && little_endian(at + 10, 2) == 6 &&
                              std::memcmp(at + 12, "BC\2\0", 4) == 0;
        const std::uint32_t size = little_endian(at + 16, 2) + 1;
        return is_block && size > header_bytes + 8 ? size : 0;
    }

    void inflate(std::size_t i, char* to) {
        Block& block = blocks_[i];
        block.whole =
            libdeflate_gzip_decompress(decompressors_[i].get(), &packed_[block.packed_at], block.packed_bytes,
                                       to + block.text_at, block.text_bytes, nullptr) == LIBDEFLATE_SUCCESS;
    }

    /// Of `text` bytes, those before the first block that did not inflate.
    std::size_t whole_text(std::size_t text) {
        const auto broken =
            std::find_if(blocks_.begin(), blocks_.end(), [](const Block& b) { return !b.whole; });
        if (broken == blocks_.end())
            return text;
        damage_ = "the compressed text is damaged: a block of BGZF does not inflate";
        return broken->text_at;
    }

    RawInput input_;
    results::Executor executor_;
    std::vector<char> packed_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::vector<Block> blocks_;
    std::array<std::unique_ptr<libdeflate_decompressor, Free>, group_blocks> decompressors_;
    std::string damage_;
    bool last_is_empty_ = false;  ///< of the blocks so far: the end marker is
};

}  // namespace

std::unique_ptr<TextInput> bgzf_text(RawInput input, results::Executor executor) {
    return std::make_unique<BgzfText>(std::move(input), std::move(executor));
}

}  // namespace wellsieve::formats::reads
