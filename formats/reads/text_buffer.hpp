#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace wellsieve::formats::reads {

/// Bytes that grow without being written before they are read into. Moved, or used again; never copied.
class TextBuffer {
  public:
    TextBuffer() = default;
    TextBuffer(TextBuffer&& other) noexcept { swap(other); }
    TextBuffer& operator=(TextBuffer&& other) noexcept {
        swap(other);
        return *this;
    }

    const char* data() const { return bytes_.get(); }
    char* data() { return bytes_.get(); }
    std::size_t size() const { return size_; }
    std::size_t capacity() const { return capacity_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {bytes_.get(), size_}; }

    void clear() { size_ = 0; }
    void reserve(std::size_t capacity) {
        if (capacity <= capacity_)
            return;
        auto bytes = std::make_unique_for_overwrite<char[]>(capacity);
        if (size_ > 0)
            std::memcpy(bytes.get(), bytes_.get(), size_);
        bytes_ = std::move(bytes);
        capacity_ = capacity;
    }
    /// Keeps what is there; what is new is not written to. Grows by half, at least.
    void resize(std::size_t size) {
        if (size > capacity_)
            reserve(std::max(size, capacity_ + capacity_ / 2));
        size_ = size;
    }
    void append(std::string_view text) {
        const std::size_t at = size_;
        resize(at + text.size());
        if (!text.empty())
            std::memcpy(bytes_.get() + at, text.data(), text.size());
    }
    void append(std::size_t count, char c) {
        const std::size_t at = size_;
        resize(at + count);
        std::fill_n(bytes_.get() + at, count, c);
    }

  private:
    void swap(TextBuffer& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(size_, other.size_);
        std::swap(capacity_, other.capacity_);
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
    std::size_t capacity_ = 0;
};

}  // namespace wellsieve::formats::reads
