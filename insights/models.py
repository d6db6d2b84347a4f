"""What this room keeps, gathered for Django; the models stand in files of their own."""

from insights.recommendation_models import ProductRule, RecommendationList, RecommendationRun

__all__ = ["ProductRule", "RecommendationList", "RecommendationRun"]
