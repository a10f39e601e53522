"""nginx in front of a shop and its live rooms, and nginx-rtmp as a way for pictures: files to include. Pure text."""

from generator.shop import Value

_RTMP = """\
# Pictures by RTMP through nginx (Debian: libnginx-mod-rtmp). Put this at the end of nginx.conf, outside of http {}:
#   include %(folder)s/rtmp.conf;
# and into shop.yaml:
#   live:
#     cdn:
#       provider: custom
#       push: rtmp://%(host)s/live/{stream_key}
#       play: %(public)s/hls/{stream}/index.m3u8
#       callback_key: LIVE_CALLBACK_KEY   # only where nginx runs on another machine: add ?secret=… to both hooks
# Publishers send to rtmp://%(host)s/live with the key of their broadcast as the stream key.
#
# Two applications, and none of their lines may go: "live" knows streams by their secret keys, so nothing is made there.
# The shop answers on_publish with the public name, under which the stream goes on to "pub", and only "pub" makes files.
# Let error_log of nginx.conf stay at notice or above: at info and debug nginx writes the names of streams, the keys.
rtmp {
  access_log off;
  server {
    listen %(rtmp)s;
    chunk_size 4096;
    max_connections 50;
    ping 10s;
    ping_timeout 10s;
    timeout 20s;

    application live {
      live on;
      notify_method post;
      on_publish http://%(shop)s/live/hooks/nginx-rtmp;
      on_publish_done http://%(shop)s/live/hooks/nginx-rtmp;
      drop_idle_publisher 10s;
      allow publish all;
      deny play all;
      push rtmp://127.0.0.1:%(port)s/pub;
    }

    application pub {
      live on;
      allow publish 127.0.0.1;
      deny publish all;
      deny play all;
      drop_idle_publisher 10s;
      hls on;
      hls_path %(hls)s;
      hls_nested on;
      hls_fragment 1s;
      hls_playlist_length 8s;
      hls_fragment_naming system;
      hls_cleanup on;
    }
  }
}
"""

_HTTP = """\
# A shop with live rooms behind nginx. Include it inside of http {}:
#   include %(folder)s/shop.conf;
# The shop needs SHOPWRIGHT_PROXY=127.0.0.1 and SHOPWRIGHT_LIVE_ADDRESS=/, so that pages ask for pictures here as well.
# nginx's user must be able to read %(rooms)s and %(hls)s and to write %(cache)s.
proxy_cache_path %(cache)s levels=1:2 keys_zone=%(zone)s:10m max_size=1g inactive=2m use_temp_path=off;

upstream %(zone)s_shop { server %(shop)s; keepalive 32; }
upstream %(zone)s_daemon { server %(daemon)s; keepalive 64; }

server {
  listen %(listen)s;
  # With a certificate, instead of the line above; Safari wants HTTP/2 for low latency:
  # listen 443 ssl http2;
  # ssl_certificate /etc/letsencrypt/live/%(host)s/fullchain.pem;
  # ssl_certificate_key /etc/letsencrypt/live/%(host)s/privkey.pem;
  server_name %(host)s;

  client_max_body_size 24m;
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Proto $scheme;
  disable_symlinks on from=%(rooms)s;
  types {
    application/json json;
    application/vnd.apple.mpegurl m3u8;
    text/vtt vtt;
    video/iso.segment m4s;
    video/mp4 mp4;
    video/mp2t ts;
  }
  gzip_types application/json application/vnd.apple.mpegurl text/vtt;

  # What a room says: small files that the daemon puts in place whole, asked for by every viewer every second or two.
  location ~ "^/live/(?<room>[^/.][^/]*)/room\\.json$" {
    root %(rooms)s;
    gzip on;
    try_files /$room/room.json @shop;
    add_header Cache-Control "public, max-age=1";
    add_header Access-Control-Allow-Origin *;
    add_header X-Content-Type-Options nosniff;
  }
  location ~ "^/live/(?<room>[^/.][^/]*)/(?<file>chat/[0-9]{1,9}\\.json)$" {
    root %(rooms)s;
    gzip on;
    try_files /$room/$file @daemon;
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header Access-Control-Allow-Origin *;
    add_header X-Content-Type-Options nosniff;
  }

  # Pictures that are on disk never change; what is younger than that comes from the daemon's memory.
  location ~ "^/live/(?<room>[^/.][^/]*)/(?<file>[0-9]{1,6}/([0-9]{1,9}\\.m4s|init[0-9]{1,9}\\.mp4))$" {
    root %(rooms)s;
    try_files /$room/$file @daemon;
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header Access-Control-Allow-Origin *;
    add_header X-Content-Type-Options nosniff;
  }
  location ~ "^/live/(?<room>[^/.][^/]*)/(?<file>[0-9]{1,6}/(vod\\.m3u8|chapters\\.(vtt|json)|replay\\.mp4))$" {
    root %(rooms)s;
    gzip on;
    try_files /$room/$file @shop;
    add_header Cache-Control "public, max-age=60";
    add_header Access-Control-Allow-Origin *;
    add_header X-Content-Type-Options nosniff;
  }

  # Playlists and parts: a thousand viewers who wait for the same news are one request to the daemon.
  location ~ "^/live/[^/]+/([0-9]{1,6}|p[0-9a-f]{32})/[^/]+\\.(m3u8|m4s|mp4)$" {
    error_page 418 = @daemon;
    return 418;
  }
  location ~ "^/live/[^/]+/events$" {
    proxy_pass http://%(zone)s_daemon;
    proxy_buffering off;
    proxy_read_timeout 1h;
  }
  location ~ "^/live/[^/]+/(chat|like|beat)$" {
    client_max_body_size 16k;
    proxy_pass http://%(zone)s_daemon;
  }
  location /ingest/ {
    client_max_body_size 8m;
    proxy_request_buffering on;
    proxy_read_timeout 30s;
    proxy_pass http://%(zone)s_daemon;
  }

  # What nginx-rtmp makes, where rtmp.conf is used.
  location ~ "^/hls/(?<file>[A-Za-z0-9_-]{1,120}/(index\\.m3u8|[0-9]{1,20}\\.ts))$" {
    root %(hls)s;
    disable_symlinks off;
    try_files /$file =404;
    add_header Cache-Control "public, max-age=1";
    add_header Access-Control-Allow-Origin *;
  }

  location / {
    proxy_pass http://%(zone)s_shop;
  }
  location @shop {
    proxy_pass http://%(zone)s_shop;
  }
  location @daemon {
    proxy_pass http://%(zone)s_daemon;
    proxy_read_timeout 30s;
    proxy_cache %(zone)s;
    proxy_cache_key "$uri $arg__HLS_msn $arg__HLS_part $arg__HLS_skip";
    proxy_cache_lock on;
    proxy_cache_lock_timeout 10s;
    proxy_cache_lock_age 10s;
    proxy_cache_valid 404 1s;
    proxy_cache_use_stale updating;
  }
}
"""


class Wish(Value, frozen=True, kw_only=True):
    """Where everything is: folders as absolute paths, ``shop`` and ``daemon`` as host:port, ``rtmp`` as a port."""

    folder: str
    rooms: str
    hls: str
    cache: str
    host: str
    public: str
    shop: str
    daemon: str
    listen: str
    rtmp: str
    zone: str


def rtmp(wish: Wish) -> str:
    """Return the file for nginx-rtmp: it never shows the key of a stream."""
    return _RTMP % _words(wish)


def http(wish: Wish) -> str:
    """Return the file for nginx in front of shop and daemon."""
    return _HTTP % _words(wish)


def _words(wish: Wish) -> dict[str, str]:
    return {
        **{name: str(getattr(wish, name)) for name in wish.__struct_fields__},
        "port": wish.rtmp.rpartition(":")[2],
    }
