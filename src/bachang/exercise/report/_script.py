"""The page's only program: a cross-hair that reads the values under the pointer.

Without it the page lacks nothing else; the language, the colours and the filters are
switched by the style sheet alone.
"""

from __future__ import annotations

import base64
import hashlib

SCRIPT = """
"use strict";
(function () {
  var stack = document.getElementById("stack"), plane = document.getElementById("plane");
  var hair = document.getElementById("hair");
  var source = document.getElementById("data");
  if (!stack || !hair || !source) return;
  var data = JSON.parse(source.textContent);
  var outputs = Array.from(stack.querySelectorAll("output"));
  var last = outputs.map(function (output) { return output.textContent; });
  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(s) {
    var m = Math.floor(s / 60), h = Math.floor(m / 60);
    return (h ? h + ":" + two(m % 60) : m) + ":" + two(Math.floor(s % 60));
  }
  function value(line, time) {
    var low = 0, high = line.t.length - 1;
    while (low < high) {
      var middle = (low + high + 1) >> 1;
      if (line.t[middle] <= time) low = middle; else high = middle - 1;
    }
    return line.v[low];
  }
  function show(n) {
    return Number.isInteger(n) ? String(n) : n.toFixed(Math.abs(n) < 10 ? 2 : 1);
  }
  function move(event) {
    var box = plane.getBoundingClientRect();
    var share = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    hair.hidden = false;
    hair.style.left = 100 * share + "%";
    hair.firstChild.textContent = clock(share * data.end);
    outputs.forEach(function (output) {
      output.textContent = show(value(data.lines[output.dataset.line], share * data.end));
    });
  }
  stack.addEventListener("pointermove", move);
  stack.addEventListener("pointerdown", move);
  stack.addEventListener("pointerleave", function () {
    hair.hidden = true;
    outputs.forEach(function (output, i) { output.textContent = last[i]; });
  });
})();
"""

_HASH = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    f"script-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"
)
"""Content security policy: nothing from elsewhere, no script but this one."""
