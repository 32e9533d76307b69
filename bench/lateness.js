// In a page, before its own scripts: how late a sample is on the screen. Filled as samples of
// points come: milliseconds from the sample's wall time until the frame after the first change
// of the document that followed it.
window.lateness = [];
{
  const waiting = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener("message", ({ data }) => {
        if (typeof data !== "string") return;
        const { event } = JSON.parse(data);
        if (event?.changes.points_now) waiting.push(Date.parse(event.wall_time));
      });
    }
  };
  new MutationObserver(() => {
    for (const sampled of waiting.splice(0))
      requestAnimationFrame(() => setTimeout(() => lateness.push(Date.now() - sampled)));
  }).observe(document, { subtree: true, childList: true, characterData: true });
}
