/// The version of Hallmark, written into everything that it makes.
public let hallmarkVersion = "0.1.0"
