"""What this room keeps, gathered for Django; the models stand in files of their own."""

from insights.forecast_models import ShopForecast
from insights.prediction_models import Score, TrainedModel
from insights.recommendation_models import (
    AssortmentRule,
    ProductRule,
    ProductVector,
    RecommendationList,
    RecommendationRun,
)

__all__ = [
    "AssortmentRule",
    "ProductRule",
    "ProductVector",
    "RecommendationList",
    "RecommendationRun",
    "Score",
    "ShopForecast",
    "TrainedModel",
]
