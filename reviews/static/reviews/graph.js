// Where there is no room for the whole picture it opens at where a run is, else at its start.
"use strict";

function centre(graph) {
  const here = one(".box:is(.ready, .running, .waiting, .failed)", graph) || one(".start", graph);
  if (!here) return;
  const box = here.getBoundingClientRect();
  const room = graph.getBoundingClientRect();
  graph.scrollLeft += box.left + box.width / 2 - room.left - room.width / 2;
}

all(".graph").forEach(centre);
