#include <malloc.h>

#include "workflows/commands.hpp"

int main(int argc, char** argv) {
    // Memory that one file's parsing gives back serves the next: fresh pages cost more than the parsing.
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    return wellsieve::workflows::run_command_line(argc, argv);
}
