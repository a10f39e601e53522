"""What is said of a database that fails, in Chinese and German; in English a fault says it itself."""

from runtime.faults import Reason

SAID = {
    "zh": {
        Reason.LOCKED: "数据库正被其他程序占用，请稍后再试。",
        Reason.READ_ONLY: "数据库无法写入：文件或文件夹是只读的。",
        Reason.FULL: "数据库所在的磁盘已满。",
        Reason.ABSENT: "还没有数据库（{path}）。请先运行：shopwright migrate {folder}",
        Reason.MISSING: "数据库不见了，请用最近的备份恢复。",
        Reason.REPLACED: "这里的数据库不属于这家店铺，或与它的 -wal 文件不匹配；请先停止店铺，再恢复正确的文件。",
        Reason.CORRUPT: "数据库文件已损坏，请用最近的备份恢复。",
        Reason.UNREACHABLE: "无法连接数据库。",
        Reason.BROKEN: "数据库所在的磁盘读写出错。",
        Reason.TAKEN: "那里已经有文件，或数据库不是空的；请另选一个新的。",
        Reason.SCHEMA_NEWER: "数据库来自更新版本的程序，请先升级 Shopwright。",
        Reason.SCHEMA_OLDER: "数据库结构是旧版本的。请先运行：shopwright migrate {folder}",
    },
    "de": {
        Reason.LOCKED: "Ein anderes Programm hält die Datenbank fest: Bitte versuchen Sie es gleich noch einmal.",
        Reason.READ_ONLY: "In die Datenbank kann nicht geschrieben werden: Datei oder Ordner sind schreibgeschützt.",
        Reason.FULL: "Der Datenträger der Datenbank ist voll.",
        Reason.ABSENT: "Es gibt noch keine Datenbank ({path}). Legen Sie sie an: shopwright migrate {folder}",
        Reason.MISSING: "Die Datenbank ist weg: Spielen Sie die letzte Sicherung ein.",
        Reason.REPLACED: "Diese Datenbank gehört nicht zu diesem Shop, oder ihre -wal-Datei passt nicht dazu: "
        "Halten Sie den Shop an, und legen Sie die richtige hierher.",
        Reason.CORRUPT: "Die Datenbank ist beschädigt: Spielen Sie die letzte Sicherung ein.",
        Reason.UNREACHABLE: "Die Datenbank ist nicht zu erreichen.",
        Reason.BROKEN: "Der Datenträger der Datenbank meldet Fehler.",
        Reason.TAKEN: "Dort ist schon etwas: Nehmen Sie eine neue Datei oder eine leere Datenbank.",
        Reason.SCHEMA_NEWER: "Die Datenbank stammt von einem neueren Programm: Aktualisieren Sie Shopwright.",
        Reason.SCHEMA_OLDER: "Die Datenbank ist nicht auf dem neuen Stand. Rufen Sie auf: shopwright migrate {folder}",
    },
}
