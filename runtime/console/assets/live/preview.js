/* Plays a practice: by the shop's player of live pictures, or by the device's own. */
const told = JSON.parse(document.getElementById("preview").textContent);
const video = document.querySelector("[data-watch]");
const { base, port } = told.media;
const address = (base ?? (port ? `${location.protocol}//${location.hostname}:${port}` : "")) + told.path;

function over() {
  const words = document.querySelector("[data-words]");
  words.textContent = told.over;
  words.hidden = false;
}

function player() {
  return new Promise((done) => {
    if (!told.player) return done(null);
    const script = document.createElement("script");
    script.src = told.player;
    script.onload = () => done(window.Hls);
    script.onerror = () => done(null);
    document.head.append(script);
  });
}

const Hls = await player();
if (Hls?.isSupported()) {
  const hls = new Hls({ enableWorker: false, lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.3, liveSyncOnStallIncrease: 0.2 });
  hls.on(Hls.Events.ERROR, (_, problem) => {
    if (problem.context && problem.response?.code === 404) {
      // A list that is gone was taken away with its practice: further tries would only put off saying so.
      hls.destroy();
      return over();
    }
    if (!problem.fatal) return;
    if (problem.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else setTimeout(() => hls.loadSource(address), 1000);
  });
  // A list that says it is whole may stop short of its end here: what is left to play is waited for, not the end itself.
  hls.on(Hls.Events.LEVEL_LOADED, (_, { details }) => {
    if (!details.live) setTimeout(over, Math.max(0, details.edge - video.currentTime) * 1000 + 1000);
  });
  hls.loadSource(address);
  hls.attachMedia(video);
} else {
  video.src = address;
  video.onerror = over;
}
video.onended = over;
