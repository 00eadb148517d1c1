//! Which dimensions, filters and metrics go together in `reports.query` (YouTube Analytics API, "Channel reports", and the
//! tables of combinations in use). What is not listed is refused, as the network refuses it.

/// A choice among names.
pub(super) enum Rule {
    /// All of them.
    All(&'static [&'static str]),
    /// At least one.
    Some(&'static [&'static str]),
    /// One or none.
    AtMostOne(&'static [&'static str]),
    /// Any number.
    Any(&'static [&'static str]),
}

impl Rule {
    fn names(&self) -> &'static [&'static str] {
        match self {
            Self::All(names) | Self::Some(names) | Self::AtMostOne(names) | Self::Any(names) => names,
        }
    }

    fn holds(&self, given: &[&str]) -> bool {
        let count = self.names().iter().filter(|name| given.contains(name)).count();
        match self {
            Self::All(names) => count == names.len(),
            Self::Some(_) => count >= 1,
            Self::AtMostOne(_) => count <= 1,
            Self::Any(_) => true,
        }
    }
}

/// A kind of report.
pub(super) struct Report {
    dimensions: &'static [Rule],
    filters: &'static [Rule],
    metrics: &'static [&'static [&'static str]],
    /// It is a list of the first ones.
    pub top: Option<Top>,
}

/// What a list of the first ones must say.
pub(super) struct Top {
    /// Its longest form, which must be asked for.
    pub most: usize,
    /// By what it may be sorted, downwards only.
    pub by: &'static [&'static str],
}

/// Whole numbers of videos and channels.
const COUNTS: &[&str] = &[
    "views",
    "engagedViews",
    "redViews",
    "comments",
    "likes",
    "dislikes",
    "shares",
    "estimatedMinutesWatched",
    "estimatedRedMinutesWatched",
    "averageViewDuration",
    "subscribersGained",
    "subscribersLost",
    "videosAddedToPlaylists",
    "videosRemovedFromPlaylists",
    "annotationImpressions",
    "annotationClickableImpressions",
    "annotationClosableImpressions",
    "annotationClicks",
    "annotationCloses",
    "cardImpressions",
    "cardTeaserImpressions",
    "cardClicks",
    "cardTeaserClicks",
];
/// Shares, as numbers with a fraction.
const RATES: &[&str] = &[
    "averageViewPercentage",
    "annotationClickThroughRate",
    "annotationCloseRate",
    "cardClickRate",
    "cardTeaserClickRate",
];
/// What needs the scope for money.
const MONEY: &[&str] = &[
    "estimatedRevenue",
    "estimatedAdRevenue",
    "grossRevenue",
    "estimatedRedPartnerRevenue",
    "monetizedPlaybacks",
    "playbackBasedCpm",
    "adImpressions",
    "cpm",
];
/// By what videos may be sorted.
const MOST: &[&str] = &[
    "estimatedMinutesWatched",
    "estimatedRedMinutesWatched",
    "estimatedRedPartnerRevenue",
    "estimatedRevenue",
    "redViews",
    "subscribersGained",
    "subscribersLost",
    "views",
];
const PAIR: &[&str] = &["views", "estimatedMinutesWatched"];
const PLAYBACK: &[&str] = &[
    "views",
    "engagedViews",
    "redViews",
    "estimatedMinutesWatched",
    "estimatedRedMinutesWatched",
    "averageViewDuration",
];
const DEMOGRAPHIC: &[&str] = &["viewerPercentage"];
const RETENTION: &[&str] = &["audienceWatchRatio", "relativeRetentionPerformance"];

/// Whether a metric is money.
pub(super) fn is_money(metric: &str) -> bool {
    MONEY.contains(&metric)
}

/// Whether a metric is a whole number; `None` for what is no metric.
pub(super) fn is_whole(metric: &str) -> Option<bool> {
    let whole = COUNTS.contains(&metric) || ["monetizedPlaybacks", "adImpressions"].contains(&metric);
    let known = whole || [RATES, MONEY, DEMOGRAPHIC, RETENTION].iter().any(|all| all.contains(&metric));
    known.then_some(whole)
}

const PLACE: Rule = Rule::AtMostOne(&["continent", "subContinent", "country"]);
const PLACE_US: Rule = Rule::AtMostOne(&["continent", "subContinent", "country", "province"]);
const VIDEO: Rule = Rule::AtMostOne(&["video", "group"]);
const CONTENT: Rule = Rule::Any(&["creatorContentType"]);
const LIVE: Rule = Rule::Any(&["liveOrOnDemand", "subscribedStatus"]);
const DETAILS: Rule = Rule::Any(&["day", "creatorContentType", "liveOrOnDemand", "subscribedStatus"]);

const REPORTS: &[Report] = &[
    // Totals, and by time.
    Report {
        dimensions: &[Rule::AtMostOne(&["day", "month"]), CONTENT],
        filters: &[PLACE, VIDEO],
        metrics: &[COUNTS, RATES, MONEY],
        top: None,
    },
    // Countries.
    Report {
        dimensions: &[Rule::All(&["country"]), CONTENT],
        filters: &[Rule::AtMostOne(&["continent", "subContinent"]), VIDEO],
        metrics: &[COUNTS, RATES, MONEY],
        top: None,
    },
    // Playback by subscription and product.
    Report {
        dimensions: &[
            Rule::Any(&["creatorContentType", "liveOrOnDemand", "subscribedStatus", "youtubeProduct"]),
            Rule::AtMostOne(&["day", "month"]),
        ],
        filters: &[Rule::Any(&["liveOrOnDemand", "subscribedStatus", "youtubeProduct"]), PLACE_US, VIDEO],
        metrics: &[PLAYBACK],
        top: None,
    },
    // The same with how much of a video is watched, which live ones don't have.
    Report {
        dimensions: &[
            Rule::Any(&["creatorContentType", "subscribedStatus", "youtubeProduct"]),
            Rule::AtMostOne(&["day", "month"]),
        ],
        filters: &[Rule::Any(&["subscribedStatus", "youtubeProduct"]), PLACE_US, VIDEO],
        metrics: &[PLAYBACK, &["averageViewPercentage"]],
        top: None,
    },
    // Viewers.
    Report {
        dimensions: &[
            Rule::Some(&["ageGroup", "gender"]),
            Rule::Any(&["creatorContentType", "liveOrOnDemand", "subscribedStatus"]),
        ],
        filters: &[LIVE, PLACE_US, VIDEO],
        metrics: &[DEMOGRAPHIC],
        top: None,
    },
    // Where viewers come from, and in detail.
    Report {
        dimensions: &[Rule::All(&["insightTrafficSourceType"]), DETAILS],
        filters: &[LIVE, PLACE_US, VIDEO],
        metrics: &[PAIR],
        top: None,
    },
    Report {
        dimensions: &[Rule::All(&["insightTrafficSourceDetail"]), CONTENT],
        filters: &[Rule::All(&["insightTrafficSourceType"]), LIVE, PLACE_US, VIDEO],
        metrics: &[PAIR],
        top: Some(Top { most: 25, by: PAIR }),
    },
    // Where they watch.
    Report {
        dimensions: &[Rule::All(&["insightPlaybackLocationType"]), DETAILS],
        filters: &[LIVE, PLACE_US, VIDEO],
        metrics: &[PAIR],
        top: None,
    },
    // What they watch on.
    Report {
        dimensions: &[
            Rule::Some(&["deviceType", "operatingSystem"]),
            DETAILS,
            Rule::Any(&["youtubeProduct"]),
        ],
        filters: &[LIVE, Rule::Any(&["deviceType", "operatingSystem", "youtubeProduct"]), PLACE_US, VIDEO],
        metrics: &[PAIR],
        top: None,
    },
    // How long they stay.
    Report {
        dimensions: &[Rule::All(&["elapsedVideoTimeRatio"]), CONTENT],
        filters: &[Rule::All(&["video"]), Rule::Any(&["audienceType", "subscribedStatus", "youtubeProduct"])],
        metrics: &[RETENTION],
        top: None,
    },
    // The most watched. The tables don't name videos as a filter here; it is in wide use.
    Report {
        dimensions: &[Rule::All(&["video"]), CONTENT],
        filters: &[PLACE, VIDEO],
        metrics: &[COUNTS, RATES, MONEY],
        top: Some(Top { most: 200, by: MOST }),
    },
    // Where it is shared.
    Report {
        dimensions: &[Rule::All(&["sharingService"]), Rule::Any(&["creatorContentType", "subscribedStatus"])],
        filters: &[Rule::Any(&["subscribedStatus"]), PLACE, VIDEO],
        metrics: &[&["shares"]],
        top: None,
    },
];

fn fits(given: &[&str], rules: &[Rule]) -> bool {
    let named = |name: &&str| rules.iter().any(|rule| rule.names().contains(name));
    given.iter().all(named) && rules.iter().all(|rule| rule.holds(given))
}

/// The report that has this combination.
pub(super) fn find(dimensions: &[&str], filters: &[&str], metrics: &[&str]) -> Option<&'static Report> {
    REPORTS.iter().find(|report| {
        let has = |metric: &&str| report.metrics.iter().any(|all| all.contains(metric));
        fits(dimensions, report.dimensions) && fits(filters, report.filters) && metrics.iter().all(has)
    })
}

/// The values of a dimension with their shares of all views, in parts of 1,000. `None` for one that has no fixed values.
pub(super) fn values(dimension: &str) -> Option<&'static [(&'static str, u32)]> {
    Some(match dimension {
        "ageGroup" => &[
            ("age13-17", 40),
            ("age18-24", 210),
            ("age25-34", 330),
            ("age35-44", 220),
            ("age45-54", 110),
            ("age55-64", 60),
            ("age65-", 30),
        ],
        "gender" => &[("female", 540), ("male", 450), ("user_specified", 10)],
        "country" => &[("IE", 300), ("GB", 250), ("US", 250), ("DE", 120), ("SE", 80)],
        "insightTrafficSourceType" => &[
            ("SHORTS", 350),
            ("YT_SEARCH", 220),
            ("RELATED_VIDEO", 180),
            ("SUBSCRIBER", 130),
            ("EXT_URL", 70),
            ("YT_CHANNEL", 40),
            ("NOTIFICATION", 10),
        ],
        "insightTrafficSourceDetail" => &[("storm waves", 500), ("irish coast", 300), ("long exposure", 200)],
        "insightPlaybackLocationType" => {
            &[("WATCH", 700), ("MOBILE", 200), ("EMBEDDED", 70), ("CHANNEL", 30)]
        }
        "deviceType" => &[("MOBILE", 620), ("DESKTOP", 200), ("TV", 140), ("TABLET", 40)],
        "operatingSystem" => &[("ANDROID", 450), ("IOS", 250), ("WINDOWS", 180), ("SMART_TV", 120)],
        "subscribedStatus" => &[("SUBSCRIBED", 300), ("UNSUBSCRIBED", 700)],
        "creatorContentType" => &[("VIDEO_ON_DEMAND", 650), ("SHORTS", 350)],
        "liveOrOnDemand" => &[("ON_DEMAND", 1_000)],
        "youtubeProduct" => &[("CORE", 950), ("KIDS", 50)],
        "sharingService" => &[("COPY_PASTE", 600), ("WHATS_APP", 300), ("REDDIT", 100)],
        _ => return None,
    })
}
