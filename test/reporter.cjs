// Mocha 11 takes a reporter only from a CommonJS module that is one.
module.exports = require('./countingReporter.ts').default;
