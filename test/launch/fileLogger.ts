/**
 * A stand-in for VS Code's native log library, as the text of its `index.js`: it appends lines to
 * the log file, so that "Show Log" and output channels work without a native build.
 *
 * @see `@vscode/spdlog`'s `index.d.ts` for the shape.
 */
export const fileLogger = `'use strict';
const fs = require('fs');
const path = require('path');
const names = ['trace', 'debug', 'info', 'warn', 'error', 'critical'];

class Logger {
  constructor(type, name, file) {
    this.file = file;
    this.level = 2;
    this.isRaw = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.appendFileSync(file, '');
  }
  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    const line = this.isRaw ? message : time + ' [' + names[level] + '] ' + message + '\\n';
    try {
      fs.appendFileSync(this.file, line);
    } catch {
      // The folder goes away while the server stops.
    }
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.isRaw = true; }
  flush() {}
  drop() {}
}
names.forEach((name, level) => {
  Logger.prototype[name] = function (message) { this.write(level, message); };
});

const create = async (name, file) => new Logger('rotating', name, file);
// Assigned one by one: that is how Node sees them as named exports for an \`import\`.
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`;
