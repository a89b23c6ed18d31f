#pragma once

#include <stdexcept>

namespace wellsieve::pipeline {

/// A flow that cannot be run as it was put together, or an account that does not balance: a defect of the
/// program, never of its input.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// The run was asked to stop and did, before its end. Nothing that its sinks held back was kept.
class Interrupted : public std::runtime_error {
  public:
    Interrupted() : std::runtime_error("interrupted") {}
};

}  // namespace wellsieve::pipeline
