#include <htslib/hts.h>
#include <htslib/sam.h>

#include <algorithm>
#include <cstdlib>

#include "formats/error.hpp"
#include "formats/reads/sources_internal.hpp"

namespace wellsieve::formats::reads {
namespace {

struct CloseFile {
    void operator()(htsFile* file) const { hts_close(file); }
};
struct FreeHeader {
    void operator()(sam_hdr_t* header) const { sam_hdr_destroy(header); }
};
struct FreeRecord {
    void operator()(bam1_t* record) const { bam_destroy1(record); }
};

constexpr std::string_view complements = "=TGKCYSBAWRDMHVN";  // of HTSlib's codes
constexpr unsigned char no_quality = 0xFF;

/// Reads of alignments as they were sequenced: secondary and supplementary lines are left out, reverse ones
/// turned back.
class HtsSource : public SourceBase {
  public:
    HtsSource(RawInput input, ReadFileKind kind, const ReadSourceOptions& options)
        : SourceBase(input.path(), kind, options), record_(bam_init1()) {
        ::setenv("REF_PATH", "/nonexistent", 0);  // or HTSlib would ask a server for references
        file_.reset(hts_hopen(input.get(), path_.c_str(), "r"));
        if (!file_)
            throw FormatError(path_, "", "cannot be read as SAM, BAM or CRAM");
        input.release();  // only now is it HTSlib's to close
        if (kind.format == ReadFormat::cram) {
            hts_set_opt(file_.get(), CRAM_OPT_REQUIRED_FIELDS, SAM_QNAME | SAM_FLAG | SAM_SEQ | SAM_QUAL);
            if (!options.reference.empty() &&
                hts_set_fai_filename(file_.get(), options.reference.c_str()) != 0)
                throw FormatError(options.reference, "", "cannot be read as the reference of a CRAM");
        }
        header_.reset(sam_hdr_read(file_.get()));
        if (!header_)
            throw FormatError(path_, "", "has no SAM header that can be read");
    }

    bool next(ReadBlock& block, std::uint32_t records) override {
        begin(block);
        block.text.clear();
        while (records == 0 ? block.text.size() < options_.block_bytes : block.records < records) {
            if (!read_record(block))
                break;
            append_record(block.text, bam_get_qname(record_.get()), bases_, qualities_);
            ++block.records;
        }
        records_ += block.records;
        bytes_ += block.text.size();
        return block.records > 0;
    }

  private:
    bool read_record(const ReadBlock& block) {
        do {
            const int status = damage_.empty() ? sam_read1(file_.get(), header_.get(), record_.get()) : -1;
            if (status < -1)
                stop(records_ + block.records, bytes_ + block.text.size(),
                     kind_.format == ReadFormat::cram
                         ? "cannot be decoded: the file is damaged or cut off, or its "
                           "reference (reference = \"…\") is missing or another one"
                         : "cannot be read: the file is damaged or cut off");
            if (status == -1 && damage_.empty() && lacks_end_marker())
                stop(records_ + block.records, bytes_ + block.text.size(),
                     "the file has no end marker; it is cut off");
            if (status < 0)
                return false;
        } while ((record_->core.flag & (BAM_FSECONDARY | BAM_FSUPPLEMENTARY)) != 0);
        decode();
        return true;
    }

    /// Blocks of BAM end with a record, so a file that lacks some of them tells so by this alone.
    bool lacks_end_marker() { return kind_.format != ReadFormat::sam && hts_check_EOF(file_.get()) == 0; }

    void decode() {
        const auto length = static_cast<std::size_t>(record_->core.l_qseq);
        const bool reverse = (record_->core.flag & BAM_FREVERSE) != 0;
        const std::uint8_t* codes = bam_get_seq(record_.get());
        const std::uint8_t* quality = bam_get_qual(record_.get());
        bases_.resize(length);
        for (std::size_t i = 0; i < length; ++i) {
            const auto code = static_cast<std::size_t>(bam_seqi(codes, i));
            bases_[reverse ? length - 1 - i : i] = reverse ? complements[code] : seq_nt16_str[code];
        }
        qualities_.clear();
        if (length == 0 || quality[0] == no_quality)
            return;
        qualities_.resize(length);
        for (std::size_t i = 0; i < length; ++i)
            qualities_[reverse ? length - 1 - i : i] = static_cast<char>(std::min<int>(quality[i], 93) + 33);
    }

    std::unique_ptr<htsFile, CloseFile> file_;
    std::unique_ptr<sam_hdr_t, FreeHeader> header_;
    std::unique_ptr<bam1_t, FreeRecord> record_;
    std::string bases_;
    std::string qualities_;
};

}  // namespace

std::unique_ptr<ReadSource> hts_source(RawInput input, ReadFileKind kind, const ReadSourceOptions& options) {
    return std::make_unique<HtsSource>(std::move(input), kind, options);
}

}  // namespace wellsieve::formats::reads
