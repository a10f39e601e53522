"""The daemon of live rooms: takes pictures in by RTMP or from a browser, and hands them to viewers as they come."""
