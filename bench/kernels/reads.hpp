#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/sequence/records.hpp"

namespace wellsieve::bench {

inline std::string random_bases(std::mt19937& random, std::size_t length) {
    std::string bases(length, 'A');
    for (char& c : bases)
        c = "ACGT"[random() >> 30];
    return bases;
}

/// A pool of so many 20-base guides and reads of 75 bases: stagger 0 to 8, two in a hundred bases wrong.
struct Pool {
    Pool(std::size_t guides, std::size_t reads) {
        std::mt19937 random(1);
        while (library.size() < guides)
            library.push_back(random_bases(random, 20));
        for (std::size_t i = 0; i < reads; ++i) {
            std::string bases = random_bases(random, random() % 9) + left_flank + library[random() % guides] +
                                right_flank + random_bases(random, 20);
            bases.resize(75);
            for (char& c : bases)
                if (random() % 50 == 0)
                    c = "ACGT"[random() >> 30];
            text += "@A01234:77:HSYNTHDSX5:1:1101:28955:30474 1:N:0:ACGTTGCA\n" + bases + "\n+\n" +
                    std::string(75, 'F') + "\n";
        }
        for (auto* column : columns())
            column->resize(reads);
        kernels::sequence::split_records(text, records());
    }

    kernels::sequence::RecordsOut records() {
        return {name_begin, name_length, bases_begin, quality_begin, length};
    }
    std::vector<std::string_view> rows() const { return {library.begin(), library.end()}; }

    static constexpr std::string_view left = "TTGTGGAAAGGACGAAACACCG";
    static constexpr std::string_view right = "GTTTTAGAGCTAGAAATAGC";
    std::string left_flank{left};
    std::string right_flank{right};
    std::vector<std::string> library;
    std::string text;
    std::vector<std::uint32_t> name_begin, name_length, bases_begin, quality_begin, length;

  private:
    std::vector<std::vector<std::uint32_t>*> columns() {
        return {&name_begin, &name_length, &bases_begin, &quality_begin, &length};
    }
};

}  // namespace wellsieve::bench
