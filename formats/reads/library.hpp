#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace wellsieve::formats::reads {

/// One barcode of a pool. Views point into the library's text.
struct LibraryEntry {
    std::string_view id;       ///< unique: of a guide or barcode; the barcode itself where the file has none
    std::string_view barcode;  ///< A, C, G, T; both parts of a pair, one behind the other
    std::string_view strain;   ///< what the barcode stands for; empty where the file has none
    std::string_view gene;     ///< what strains or guides are grouped by; empty where the file has none
    std::uint32_t first_part = 0;  ///< bases of the first barcode of a pair; 0: a single one
};

/// Where what a barcode stands for lies in the genome.
struct LibraryPlace {
    std::string_view scaffold;  ///< chromosome or plasmid; empty: not told
    double position;            ///< along it; NaN: not told
};

/// What the reader of a library did to a row, or the user should know of it.
struct LibraryNote {
    std::size_t line;
    std::string text;
};

/// The known barcodes of a pool in the order of the file.
struct Library {
    std::string path;
    std::vector<LibraryEntry> entries;
    std::vector<LibraryPlace> places;  ///< [entry]; empty where the file has no column of positions
    std::vector<LibraryNote> notes;
    std::size_t rows = 0;           ///< of the file; those of one barcode are one entry
    bool paired = false;            ///< every entry has two parts
    std::deque<std::string> texts;  ///< what the views point into
};

/// A table (CSV, TSV, `;`; gzip or not) or FASTA. Columns by their titles (barcode or sequence, guide or id,
/// strain, gene, scaffold, position, and what peers call them), in any order; without a title line the
/// barcode is the column of bases, and the others are id and gene. Ids that several barcodes share are
/// strains, and the barcodes are named by their bases. Pairs stand in two columns (barcode_1, barcode_2) or
/// in one, parted by ';', ':',
/// '+', '|', '_' or '-'. Lower case and U are taken as A, C, G and T. Rows of one barcode become one entry,
/// whose id and gene name them all, and a note. Throws FormatError, naming the first such line, for other
/// letters, empty barcodes, or no barcodes at all. O(bytes); 5 million rows take about 1 GB.
Library read_library(const std::string& path);

/// The same from text, for a file that is at hand.
Library parse_library(const std::string& path, std::string text);

}  // namespace wellsieve::formats::reads
