// Structural mutation of ONNX models: bytes flipped at random mostly give files that protobuf refuses.
#pragma once

#include <onnx/onnx_pb.h>

#include <random>

namespace systole {

/// Changes one field somewhere in the message: a number to an extreme or small one, a string to another of
/// the message's strings, a repeated field by removal, duplication or swapping.
void mutate(google::protobuf::Message& message, std::minstd_rand& random);

}  // namespace systole
