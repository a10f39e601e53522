/* Harbour. The picture of a live room: hls.js where the browser can feed a video itself, the device's own player else.
   A picture that breaks off comes back without a reload; a tab that was away catches up. */
(() => {
  "use strict";
  const room = window.harbourRoom;
  const stage = room?.one("[data-picture-place]");
  if (!stage) return;
  const { one, words, root } = room;
  const PLAY = "M8 5v14l11-7L8 5Z", PAUSE = "M8 5v14M16 5v14";
  const LOUD = "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500H4Zm11.500-1a5 5 0 0 1 0 7M18 6a9 9 0 0 1 0 12", QUIET = "M4 9.500v5h3.500L12 18.500v-13L7.500 9.500H4Zm12 .5 4.500 4.500m0-4.500L16 14.500";
  const SMALL = "M3.500 5h17v14h-17V5Zm8.500 7h6v4.500h-6V12Z", FULL = "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5";
  const ours = () => "MediaSource" in window || "ManagedMediaSource" in window;
  let video, hls, playing = "", replay = null, loading, tries = 0, retry;

  const load = () => {
    loading ||= new Promise((done, failed) => {
      const script = room.make("script", { src: root.dataset.player });
      script.addEventListener("load", () => done(window.Hls));
      script.addEventListener("error", () => { loading = null; script.remove(); failed(new Error("player")); });
      document.head.append(script);
    });
    return loading;
  };
  // Around the announced time the player is fetched while the state is asked for: a second less until the picture.
  const early = Date.now() - Date.parse(root.dataset.starts);
  if (ours() && root.dataset.player && early > -900_000 && early < 43_200_000) load().catch(() => {});
  const show = (selector, shown) => { const found = one(selector); if (found) found.hidden = !shown; };
  const address = (path) => (/^https?:/.test(path) ? path : room.base + path);

  const makeVideo = () => {
    if (video) return;
    video = room.make("video", { playsinline: "", "aria-label": one("h1")?.textContent || "", tabindex: "-1" });
    video.addEventListener("resize", () => {
      if (!video.videoWidth) return;
      root.dataset.shape = video.videoWidth > video.videoHeight ? "wide" : "tall";
      root.style.setProperty("--ratio", video.videoHeight / video.videoWidth);
    });
    video.addEventListener("playing", () => { tries = 0; root.dataset.playing = ""; paused(false); tools(); });
    video.addEventListener("pause", () => { if (!video.ended) setTimeout(() => paused(video.paused && video.readyState > 1), 120); toggleLooks(); });
    video.addEventListener("play", toggleLooks);
    video.addEventListener("volumechange", tools);
    stage.append(video);
  };
  const paused = (is) => {
    show("[data-when=paused]", is && Boolean(playing) && ["live", "replay"].includes(room.phase));
    root.toggleAttribute("data-paused", is);
  };
  const start = async () => {
    try {
      await video.play();
    } catch (error) {
      if (error.name !== "NotAllowedError") return;
      if (video.muted) { paused(true); return; }
      video.muted = true;
      show("[data-unmute]", true);
      try { await video.play(); } catch { paused(true); }
    }
  };
  const drop = () => {
    clearTimeout(retry);
    hls?.destroy();
    hls = null;
    playing = "";
    video?.removeAttribute("src");
    video?.load();
  };
  const again = (source) => {
    clearTimeout(retry);
    tries += 1;
    // The list of several sizes may be gone: the room says what there is now.
    retry = setTimeout(() => { if (playing === source.key) { drop(); attach((room.phase === "live" && liveSource(room.state)) || source); } }, Math.min(8000, 500 * 2 ** Math.min(tries, 5)));
  };
  const attach = async (source) => {
    playing = source.key;
    makeVideo();
    if (ours() && root.dataset.player) {
      let Hls;
      try { Hls = await load(); } catch { again(source); return; }
      if (playing !== source.key || hls) return;
      if (Hls.isSupported()) {
        hls = new Hls({ enableWorker: false, lowLatencyMode: true, maxLiveSyncPlaybackRate: 1.3, liveSyncOnStallIncrease: 0.2, backBufferLength: 30, startFragPrefetch: true });
        let healed = 0;
        hls.on(Hls.Events.ERROR, (_, problem) => {
          if (!problem.fatal) return;
          if (problem.type === Hls.ErrorTypes.MEDIA_ERROR && healed < 3) { healed += 1; hls.recoverMediaError(); return; }
          again(source);
        });
        hls.on(Hls.Events.MANIFEST_PARSED, start);
        hls.loadSource(address(source.pieces));
        hls.attachMedia(video);
        return;
      }
    }
    if (video.canPlayType("application/vnd.apple.mpegurl")) {
      video.src = address(source.pieces);
      video.onerror = () => again(source);
      start();
    }
  };
  room.date = () => {
    if (!playing || !video) return null;
    if (hls) return hls.playingDate ? hls.playingDate.getTime() : null;
    const began = video.getStartDate?.();
    return began && !Number.isNaN(began.getTime()) ? began.getTime() + video.currentTime * 1000 : null;
  };

  /* ---- live ---- */
  const liveSource = (state) => {
    const stream = state?.stream;
    if (!stream || stream.ready === false) return null;
    const pieces = stream.master || stream.ll || stream.hls;
    return pieces ? { key: `live ${stream.id || pieces}`, pieces } : null;
  };
  room.on("state", (state) => {
    if (room.phase === "live") {
      leaveReplay();
      const source = liveSource(state);
      if (source && playing !== source.key) { drop(); attach(source); }
    }
    if (room.phase === "replay" && state.replay?.hls !== replay?.hls) offerReplay(state.replay);
    if (["ended", "before", "waiting"].includes(room.phase) && playing) drop();
  });
  room.on("phase", (phase) => {
    if (phase !== "replay") one("[data-chapters]").hidden = true;
    if (["ended", "replay"].includes(phase) && document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
    if (["ended", "before", "waiting"].includes(phase)) { delete root.dataset.playing; drop(); }
    tools();
    paused(Boolean(video?.paused && playing && video.readyState > 1));
  });
  // A stall that nobody reports, and a tab that was away: look, and go to where the others are.
  let stood = 0, place = 0;
  setInterval(() => {
    if (!video || !playing || video.paused) return;
    if (video.currentTime !== place) { stood = 0; room.watched(); } else stood += 1;
    place = video.currentTime;
    if (room.phase !== "live" || !hls) return;
    if (stood >= 6 && stood % 6 === 0) { hls.startLoad(-1); if (hls.liveSyncPosition) video.currentTime = hls.liveSyncPosition; }
    if (hls.latency > 20 && hls.liveSyncPosition) video.currentTime = hls.liveSyncPosition;
  }, 1000);

  /* ---- sound, small window, full screen ---- */
  const sound = one("[data-sound]"), small = one("[data-small]"), full = one("[data-full]");
  const canBeSmall = () => video && (document.pictureInPictureEnabled || video.webkitSupportsPresentationMode?.("picture-in-picture"));
  const tools = () => {
    const on = Boolean(video && playing) && ["live", "interrupted", "replay"].includes(room.phase);
    show("[data-tools]", on);
    if (!on) { show("[data-unmute]", false); return; }
    sound.hidden = false;
    sound.replaceChildren(room.icon(video.muted ? QUIET : LOUD));
    sound.setAttribute("aria-label", video.muted ? words.sound_on : words.sound_off);
    small.hidden = !canBeSmall();
    if (!small.children.length) small.append(room.icon(SMALL));
    full.hidden = !document.fullscreenEnabled;
    full.replaceChildren(room.icon(FULL));
    full.setAttribute("aria-label", document.fullscreenElement ? words.full_end : words.full);
    if (!video.muted) show("[data-unmute]", false);
  };
  const setSound = () => { video.muted = !video.muted; if (!video.muted) video.play().catch(() => {}); };
  sound.addEventListener("click", setSound);
  one("[data-unmute]").addEventListener("click", setSound);
  room.shrink = () => {
    if (!video || video.paused || document.pictureInPictureElement) return Promise.resolve();
    if (document.pictureInPictureEnabled) return video.requestPictureInPicture().catch(() => {});
    video.webkitSetPresentationMode?.("picture-in-picture");
    return Promise.resolve();
  };
  small.addEventListener("click", () => { if (document.pictureInPictureElement) document.exitPictureInPicture(); else room.shrink(); });
  full.addEventListener("click", () => { if (document.fullscreenElement) document.exitFullscreen(); else one(".room-screen").requestFullscreen().catch(() => {}); });
  document.addEventListener("fullscreenchange", tools);
  one("[data-play]").addEventListener("click", () => {
    if (!video || (room.phase === "replay" && !playing)) { startReplay(Number(new URLSearchParams(location.search).get("t")) || 0); return; }
    if (hls?.liveSyncPosition && room.phase === "live") video.currentTime = hls.liveSyncPosition;
    video.play().catch(() => {});
  });

  /* ---- replay: the same picture, with a place to go to and the products that were shown ---- */
  const bar = one("[data-seek]"), range = one("[data-place]"), clock = one("[data-time]"), toggle = one("[data-toggle]");
  const chapters = one("[data-chapters]");
  let listed = [], pulling = false;
  const clockText = (seconds) => {
    const whole = Math.max(0, Math.floor(seconds));
    const rest = `${String(Math.floor(whole / 60) % 60).padStart(2, "0")}:${String(whole % 60).padStart(2, "0")}`;
    return whole >= 3600 ? `${Math.floor(whole / 3600)}:${rest}` : rest;
  };
  const toggleLooks = () => {
    if (!bar || !video) return;
    toggle.replaceChildren(room.icon(video.paused ? PLAY : PAUSE));
    toggle.setAttribute("aria-label", video.paused ? words.play : words.pause);
  };
  const startReplay = (at = 0) => {
    if (!replay) return;
    if (playing) { video.currentTime = at; video.play().catch(() => {}); return; }
    attach({ key: `replay ${replay.hls}`, pieces: new URL(replay.hls, location.href).href });
    video.addEventListener("loadedmetadata", () => { if (at) video.currentTime = at; }, { once: true });
    video.addEventListener("timeupdate", showPlace);
    video.addEventListener("durationchange", showPlace);
    bar.hidden = false;
    show("[data-when=paused]", false);
    toggleLooks();
  };
  const showPlace = () => {
    if (room.phase !== "replay" || !Number.isFinite(video.duration)) return;
    range.max = Math.floor(video.duration);
    if (!pulling) range.value = Math.floor(video.currentTime);
    const text = `${clockText(pulling ? range.value : video.currentTime)} / ${clockText(video.duration)}`;
    if (clock.textContent !== text) clock.textContent = text;
    range.setAttribute("aria-valuetext", text);
  };
  range.addEventListener("input", () => { pulling = true; showPlace(); });
  range.addEventListener("change", () => { pulling = false; video.currentTime = Number(range.value); });
  toggle.addEventListener("click", () => { if (video.paused) video.play().catch(() => {}); else video.pause(); });
  room.seek = (at) => { startReplay(at); };
  const leaveReplay = () => {
    if (!replay) return;
    replay = null;
    room.chapter = null;
    bar.hidden = true;
    chapters.hidden = true;
    drop();
  };
  const offerReplay = (found) => {
    replay = found;
    if (!found) return;
    drop();
    delete root.dataset.playing;
    tools();
    show("[data-when=paused]", true);
    room.chapter = () => (playing && video ? listed.filter((each) => each.start <= video.currentTime && video.currentTime < each.end).pop() : null);
    fetch(found.chapters).then((answer) => (answer.ok ? answer.json() : { chapters: [] })).then((document) => {
      listed = document.chapters.filter((each) => room.rows.has(each.number));
      chapters.hidden = !listed.length;
      one("ol", chapters).replaceChildren(...listed.map((each) => {
        const title = one(".card-title a", room.rows.get(each.number)).textContent;
        const button = room.make("button", { type: "button" }, room.make("span", { class: "number" }, clockText(each.start)), room.make("span", {}, `${each.number}. ${title}`));
        button.addEventListener("click", () => { room.seek(each.start); one(".room-screen").scrollIntoView({ block: "start", behavior: room.still.matches ? "auto" : "smooth" }); });
        return room.make("li", {}, button);
      }));
      room.emit("chapters", listed);
    }).catch(() => {});
  };
})();
