// swift-tools-version: 6.2
import PackageDescription

// A package that uses Hallmark as a library. Build it with libtorch in place:
//
//   ../../scripts/setup && ../../scripts/swift run --package-path . model-card
let package = Package(
  name: "model-card",
  dependencies: [.package(name: "hallmark", path: "../..")],
  targets: [
    .executableTarget(
      name: "model-card",
      dependencies: [
        .product(name: "Datasets", package: "hallmark"),
        .product(name: "Networks", package: "hallmark"),
      ]
    )
  ]
)
