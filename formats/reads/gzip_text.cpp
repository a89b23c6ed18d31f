#include <isa-l/igzip_lib.h>

#include <algorithm>
#include <vector>

#include "formats/reads/text_input_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

class PlainText : public TextInput {
  public:
    explicit PlainText(RawInput input) : input_(std::move(input)) {}
    std::size_t read(char* to, std::size_t bytes) override { return input_.read(to, bytes); }
    std::size_t good_bytes() const override { return 1 << 18; }

  private:
    RawInput input_;
};

class GzipText : public TextInput {
  public:
    explicit GzipText(RawInput input) : input_(std::move(input)), packed_(1 << 18) {
        isal_inflate_init(&state_);
        state_.crc_flag = ISAL_GZIP;
    }

    std::size_t read(char* to, std::size_t bytes) override {
        if (!damage_.empty())
            throw DamagedInput(damage_);
        state_.next_out = reinterpret_cast<std::uint8_t*>(to);
        state_.avail_out = static_cast<std::uint32_t>(bytes);
        while (state_.avail_out == bytes && damage_.empty() && next_member())
            inflate();
        if (state_.avail_out == bytes && !damage_.empty())
            throw DamagedInput(damage_);
        return bytes - state_.avail_out;
    }

    std::size_t good_bytes() const override { return 1 << 18; }

  private:
    /// Whether there is more to inflate: false after the last member.
    bool next_member() {
        if (state_.block_state != ISAL_BLOCK_FINISH)
            return true;
        refill();
        if (state_.avail_in == 0)
            return false;
        if (*state_.next_in != 0x1f)
            return skip_padding();
        std::uint8_t* const in = state_.next_in;
        const std::uint32_t left = state_.avail_in;
        isal_inflate_reset(&state_);
        state_.crc_flag = ISAL_GZIP;
        state_.next_in = in;
        state_.avail_in = left;
        return true;
    }

    bool skip_padding() {
        while (state_.avail_in > 0) {
            if (std::any_of(state_.next_in, state_.next_in + state_.avail_in,
                            [](auto byte) { return byte != 0; }))
                damage_ = "something that is not gzip follows the compressed text";
            state_.avail_in = 0;
            refill();
        }
        return false;
    }

    void refill() {
        if (state_.avail_in > 0)
            return;
        state_.next_in = reinterpret_cast<std::uint8_t*>(packed_.data());
        state_.avail_in = static_cast<std::uint32_t>(input_.read(packed_.data(), packed_.size()));
    }

    void inflate() {
        refill();
        const bool at_end = state_.avail_in == 0;
        const std::uint32_t room = state_.avail_out;
        const int status = isal_inflate(&state_);
        if (status == ISAL_INCORRECT_CHECKSUM)
            damage_ = "the checksum of the compressed text is wrong";
        else if (status != ISAL_DECOMP_OK && status != ISAL_END_INPUT)
            damage_ = "the compressed text is damaged";
        else if (at_end && state_.avail_out == room && state_.block_state != ISAL_BLOCK_FINISH)
            damage_ = "the compressed text is cut off";
    }

    RawInput input_;
    std::vector<char> packed_;
    inflate_state state_{};
    std::string damage_;
};

}  // namespace

std::unique_ptr<TextInput> plain_text(RawInput input) {
    return std::make_unique<PlainText>(std::move(input));
}

std::unique_ptr<TextInput> gzip_text(RawInput input) {
    return std::make_unique<GzipText>(std::move(input));
}

}  // namespace wellsieve::formats::reads
